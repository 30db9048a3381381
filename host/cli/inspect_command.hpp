// `toolrack inspect`: describes a plugin library. A child process opens it.
#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "base/log.hpp"

namespace toolrack::cli {

// Prints to standard output, for people or as one line of JSON. Throws failure when the library is not usable.
exit_code run_inspect(const std::filesystem::path& library, bool as_json, log& log);

}  // namespace toolrack::cli
