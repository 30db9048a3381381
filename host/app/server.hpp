// `toolrack serve` and `toolrack check`: from a configuration to a running server, and back down.
#pragma once

#include <filesystem>
#include <string>

#include "app/safety.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

namespace toolrack::app {

// Serves until SIGTERM or SIGINT, then ends in order; a second signal ends at once. Throws failure when
// it cannot start.
exit_code run_server(const std::filesystem::path& config, const start_options& options, log& log);

// Serves one client over standard input and output, until it closes its end. Needs no token: whoever
// started the process is the caller.
exit_code run_stdio(const std::filesystem::path& config, log& log);

// Everything that a start would do, short of listening. Throws failure as a start would.
exit_code run_check(const std::filesystem::path& config, const start_options& options, log& log);

}  // namespace toolrack::app
