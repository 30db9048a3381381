// `toolrack inspect`: what a library is and offers, found out in a child process.
#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "base/log.hpp"

namespace toolrack::cli {

// Prints to standard output, for people or as one line of JSON. Throws failure when the library is not
// usable.
exit_code run_inspect(const std::filesystem::path& library, bool as_json, log& log);

}  // namespace toolrack::cli
