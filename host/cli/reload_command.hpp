// `toolrack reload`: has the running server read its configuration again, and says what came of it.
#pragma once

#include <filesystem>

#include "base/error.hpp"

namespace toolrack::cli {

// Configuration (78) when nothing changed, or when something is not served as the configuration says. Throws
// failure when no server runs with it.
exit_code run_reload(const std::filesystem::path& config);

}  // namespace toolrack::cli
