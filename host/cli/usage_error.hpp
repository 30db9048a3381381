// Ends a command whose arguments are wrong.
#pragma once

#include <string>

#include "base/error.hpp"

namespace toolrack::cli {

[[noreturn]] inline void usage_error(const std::string& sentence) { throw failure(sentence, exit_code::usage); }

}  // namespace toolrack::cli
