// `toolrack status`: how the running server is, for a person or, with --json, for a program.
#pragma once

#include <filesystem>

#include "base/error.hpp"

namespace toolrack::cli {

// Unavailable (69) when no server runs with it, or when it is not ready. Throws failure for the former.
exit_code run_status(const std::filesystem::path& config, bool as_json);

}  // namespace toolrack::cli
