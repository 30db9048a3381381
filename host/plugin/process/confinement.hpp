// A confinement: all that a worker process is told about what its plugin may have of the machine.
//
// The server makes it from the configuration and sends it as JSON; the worker puts it on before it opens
// the library. Plain values: who enforces them is worker/confine.
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
    std::filesystem::path state;    // the plugin's own folder, made on demand; empty: it has none
    std::size_t threads = 4;        // of the lane, whose stacks are not counted as the plugin's memory
};

std::string to_json(const confinement& confinement);
result<confinement, complaint> read_confinement(std::string_view json);

// Where a plugin may keep files: NAME in the folder "plugins" of the server's own. Empty when the server
// has none.
std::filesystem::path state_folder_of(const std::filesystem::path& server_state, const std::string& name);

// What every plugin may read: libraries, locales, time zones, and what else a C library looks at; with the
// network also how names are looked up, and whom to trust in TLS. Not all of it is there on every system.
std::vector<std::string> always_readable(bool network);

}  // namespace toolrack::plugin
