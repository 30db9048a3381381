// `toolrack status`: prints the status of the running server, for people or as JSON.
#pragma once

#include <filesystem>

#include "base/error.hpp"

namespace toolrack::cli {

// Unavailable (69) when the server is not ready. Throws failure (69) when no server runs with this configuration.
exit_code run_status(const std::filesystem::path& config, bool as_json);

}  // namespace toolrack::cli
