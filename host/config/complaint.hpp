// The one form in which a configuration is complained about:
// "FILE:LINE:COLUMN: what is wrong; expected this, found that".
//
// Nothing that came out of the environment or out of a secret's file is ever shown.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"

namespace toolrack::config {

// Throws failure with exit code 78.
[[noreturn]] void complain(const place& where,
                           std::string_view wrong,
                           std::string_view expected,
                           std::string_view found);

// In double quotes, fit for one line.
std::string in_quotes(std::string_view words);

} // namespace toolrack::config
