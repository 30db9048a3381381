// A library: one checked file, loaded once, never unloaded.
//
// Nobody but root and this process's user can have written the file, or put it where it is; and it is the one that
// the configuration pins, when it does. It is copied to a private folder under the name of its SHA-256 and loaded
// from there, so that what was checked is what runs, overwriting the original hurts nobody, and glibc, which finds
// loaded libraries by name first, can never hand out an older one. A worker opens each new library before this
// process does: constructors run before anything can be asked. Plugins that run in a worker are never opened here.
//
// Used from the thread that starts or reloads; what a library offers afterwards is constant.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/child.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "plugin/description.hpp"

struct toolrack_plugin;

namespace toolrack::plugin {

// The minor version of the plugin ABI that this host speaks; the major is 1.
unsigned abi_minor() noexcept;

class library {
public:
    // `code` keeps the library loaded.
    library(std::shared_ptr<const void> code, const toolrack_plugin& table, description about)
        : code_(std::move(code)), table_(table), about_(std::move(about)) {}

    const toolrack_plugin& table() const noexcept { return table_; }
    const description& about() const noexcept { return about_; }

private:
    std::shared_ptr<const void> code_;
    const toolrack_plugin& table_;
    description about_;
};

// All libraries of this process; one that was loaded stays so. Must outlive every instance of every one
// of them.
class libraries {
public:
    // `worker` is the program in which each new one is probed.
    libraries(const program& worker, log& log);
    ~libraries();
    libraries(const libraries&) = delete;
    libraries& operator=(const libraries&) = delete;

    // The library in `file`, loaded now or before. The error is one sentence without the file's name.
    result<std::shared_ptr<const library>, complaint> open(const std::filesystem::path& file,
                                                           const std::optional<config::pin>& pin = {});

    // The same of a private copy.
    result<std::shared_ptr<const library>, complaint> open_kept(const std::filesystem::path& kept);

    // Copies `file` to the private folder after it was checked, all but what only loading can tell; the copy's path.
    result<std::filesystem::path, complaint> keep(const std::filesystem::path& file,
                                                  const std::optional<config::pin>& pin = {});

    // Removes the private copies; what is loaded stays loaded. For ends without a destructor.
    void remove_files() noexcept;

private:
    const program& worker_;
    log& log_;
    std::filesystem::path folder_;
    std::map<std::filesystem::path, std::shared_ptr<const library>> loaded_;  // by private path
};

// Loads `file` into this process and checks its table. Runs the library's constructors.
result<std::shared_ptr<const library>, complaint> load(const std::filesystem::path& file);

}  // namespace toolrack::plugin
