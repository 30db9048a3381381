// What a backend says of a caller, judged. In any doubt it is a refusal.
#pragma once

#include <toolrack/abi.h>

#include <chrono>
#include <string>
#include <string_view>

#include "plugin/instance.hpp"

namespace toolrack::plugin {

// `backend` is the name of the instance that granted it, `now` the time by which an expiry is judged.
verdict judged_grant(const toolrack_principal& who,
                     const std::string& backend,
                     std::chrono::system_clock::time_point now);
verdict judged_refusal(toolrack_refusal kind, std::string_view why);

}  // namespace toolrack::plugin
