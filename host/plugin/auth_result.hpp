// Validates the answer of an auth backend. An answer that is not valid is a refusal.
#pragma once

#include <toolrack/abi.h>

#include <chrono>
#include <string>
#include <string_view>

#include "plugin/instance.hpp"

namespace toolrack::plugin {

// `backend` is the name of the granting instance; a grant that expires by `now` is refused.
auth_result
read_grant(const toolrack_principal& who, const std::string& backend, std::chrono::system_clock::time_point now);
auth_result read_refusal(toolrack_refusal kind, std::string_view why);

}  // namespace toolrack::plugin
