// Finds the libraries of a configuration: the plugins that it names, those in its plugin directories, and the shipped
// ones.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"

namespace toolrack::app {

struct discovered_plugin {
    config::plugin settings;
    std::filesystem::path library;
    std::string error;  // a sentence; empty when the library exists and the settings are valid
};

// In the order that clients see: as configured, then each directory sorted by name. Appends sentences for the operator
// to `warnings`.
std::vector<discovered_plugin> discover_plugins(const config::settings& settings, std::vector<std::string>& warnings);

// `kind` is "plugins" or "auth". A name with a slash is a path and returned as it is. The error lists the paths that
// were tried.
result<std::filesystem::path, complaint> find_shipped_library(const std::string& kind, const std::string& name);

// toolrack-worker: beside this program, or where it is installed. Throws failure that lists the paths that were tried.
std::string find_worker_program();

}  // namespace toolrack::app
