// Which libraries are to be mounted: the plugins that the configuration names, and those that were
// dropped into a folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"

namespace toolrack::app {

struct mount {
    config::plugin settings;
    std::filesystem::path file;
    std::string why_not;  // when there is no such file, or its own settings are wrong; else empty
};

// In the order in which clients will see them: as configured, then folder by folder, by name. Adds to
// `warnings` what the operator should know.
std::vector<mount> find_mounts(const config::settings& settings, std::vector<std::string>& warnings);

// A shipped library by its name: KIND is "plugins" or "auth". The complaint lists where it was looked for.
result<std::filesystem::path, complaint> find_shipped(const std::string& kind, const std::string& name);

// The program that plugins run in: beside this one, or where it is installed. Throws failure that says where it was
// looked for.
std::string find_worker();

}  // namespace toolrack::app
