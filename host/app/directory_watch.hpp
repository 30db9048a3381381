// Detects changes in the plugin directories.
//
// A change counts once two successive scans find the same files: a library that is being copied, and the .toml file
// beside it, do not appear at once. Used by one thread.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "base/trusted_file.hpp"

namespace toolrack::app {

class directory_watch {
public:
    using directories = std::vector<std::filesystem::path>;

    explicit directory_watch(const directories& watched) : last_scan_(scan(watched)), reported_(last_scan_) {}

    // Scans the directories. True once for each change that two successive scans agree on.
    bool has_changed(const directories& watched);

private:
    using files = std::map<std::filesystem::path, file_mark>;
    static files scan(const directories& watched);

    files last_scan_;
    files reported_;
};

}  // namespace toolrack::app
