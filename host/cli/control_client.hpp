// Sends commands to a running server over its control socket.
#pragma once

#include <filesystem>
#include <string>

#include "app/reloader.hpp"

namespace toolrack::cli {

// Makes the server that uses this configuration file reload it. Throws failure when there is no such server, or when it
// does not answer.
app::reload_result request_reload(const std::filesystem::path& config);

// The status of that server: one line of JSON. Throws failure in the same cases.
std::string request_status(const std::filesystem::path& config);

}  // namespace toolrack::cli
