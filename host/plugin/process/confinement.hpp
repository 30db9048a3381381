// A confinement: the permissions of a worker process.
//
// The server makes it from the configuration and sends it as JSON; worker/confine applies it before the library is
// opened.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"

namespace toolrack::plugin {

struct confinement {
    config::sandbox granted;
    std::filesystem::path library;  // the checked copy that the worker opens
    std::filesystem::path state;    // the plugin's own folder, created on demand; empty: none
    std::size_t threads = 4;        // of the lanes; their stacks do not count as the plugin's memory
};

std::string to_json(const confinement& confinement);
result<confinement, complaint> read_confinement(std::string_view json);

// The state folder of plugin NAME: plugins/NAME in the server's. Empty when the server has none.
std::filesystem::path state_folder_of(const std::filesystem::path& server_state, const std::string& name);

// The paths that every plugin may read: libraries, locales, time zones and other files of the C library; with the
// network also those of name resolution and CA certificates. Some do not exist on every system.
std::vector<std::string> always_readable(bool network);

}  // namespace toolrack::plugin
