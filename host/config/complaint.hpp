// Errors in a configuration, in one form: "FILE:LINE:COLUMN: what is wrong; expected this, found that".
//
// Values from the environment and from secret files are never shown.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"

namespace toolrack::config {

// Throws failure with exit code 78.
[[noreturn]] void
complain(const location& where, std::string_view wrong, std::string_view expected, std::string_view found);

// Puts the text in double quotes and makes it safe for one line.
std::string in_quotes(std::string_view words);

}  // namespace toolrack::config
