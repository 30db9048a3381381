// The needs of a plugin: the access to the machine that its description asks for.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "config/config.hpp"

namespace toolrack::plugin {

// Reads the "needs" of a description into the smallest sandbox that covers them.
result<config::sandbox, complaint> read_needs(std::string_view json);

}  // namespace toolrack::plugin
