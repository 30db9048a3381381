// `toolrack serve`: loads a configuration, serves, and shuts down.
#pragma once

#include <filesystem>

#include "app/start_checks.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

namespace toolrack::app {

// Serves until SIGTERM or SIGINT, then waits for running requests; a second signal exits at once. Throws failure when
// the start fails.
exit_code run_server(const std::filesystem::path& config, const start_options& options, log& log);

// Serves one client on standard input and output until it closes its end. No token is needed: the caller is the user
// who started the process.
exit_code run_stdio(const std::filesystem::path& config, log& log);

}  // namespace toolrack::app
