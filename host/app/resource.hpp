// Our canonical URI: what a token that is meant for us names as its audience (RFC 8707).
#pragma once

#include <string>

#include "config/config.hpp"

namespace toolrack::app {

// The public URL, or else where the first address says that we are.
std::string resource_of(const config::settings& settings);

}  // namespace toolrack::app
