// `toolrack reload`: makes the running server reload its configuration, and prints the result.
#pragma once

#include <filesystem>

#include "base/error.hpp"

namespace toolrack::cli {

// Configuration (78) when nothing changed, or when something is not served as configured. Throws failure when no server
// runs with this configuration.
exit_code run_reload(const std::filesystem::path& config);

}  // namespace toolrack::cli
