// `toolrack check`: does everything that a start does, except listen.
#pragma once

#include <filesystem>

#include "app/start_checks.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

namespace toolrack::cli {

// Throws failure when a start would.
exit_code run_check(const std::filesystem::path& config, const app::start_options& options, log& log);

}  // namespace toolrack::cli
