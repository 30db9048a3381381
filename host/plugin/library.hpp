// A library: one checked file, loaded once and never unloaded.
//
// Only root and this process's user can have written the file or placed it, and it matches the configured pin. It is
// copied to a private folder under the name of its SHA-256 and loaded from there: the checked bytes are those that run,
// overwriting the original has no effect, and glibc, which finds loaded libraries by name first, cannot return an older
// one. A worker process opens each new library before this process does, because constructors run before anything can
// be asked. Libraries of plugins that run in a worker are never opened here.
//
// Used from the thread that starts or reloads; an open library is constant.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "config/config.hpp"
#include "plugin/description.hpp"

struct toolrack_plugin;

namespace toolrack::plugin {

// The minor version of the plugin ABI of this host; the major version is 1.
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

// Opens `library` in another process; what is wrong with it, as the end of a sentence, or nothing.
using library_probe = std::function<std::optional<std::string>(const std::filesystem::path& library)>;

// All libraries of this process, none of which is ever unloaded. Outlives every instance.
class library_cache {
public:
    library_cache(library_probe probe, log& log);
    ~library_cache();
    library_cache(const library_cache&) = delete;
    library_cache& operator=(const library_cache&) = delete;

    // The library in `file`, loaded now or before. The error is one sentence without the file's name.
    result<std::shared_ptr<const library>, complaint> open(const std::filesystem::path& file,
                                                           const std::optional<config::pin>& pin = {});

    // The same for a private copy.
    result<std::shared_ptr<const library>, complaint> open_copy(const std::filesystem::path& copy);

    // Checks `file` without loading it, copies it to the private folder and returns the copy's path.
    result<std::filesystem::path, complaint> copy(const std::filesystem::path& file,
                                                  const std::optional<config::pin>& pin = {});

    // Removes the private copies; loaded libraries stay loaded. For exits that run no destructor.
    void remove_files() noexcept;

private:
    const library_probe probe_;
    log& log_;
    std::filesystem::path folder_;
    std::map<std::filesystem::path, std::shared_ptr<const library>> loaded_;  // by private path
};

// Loads `file` into this process, which runs its constructors, and checks its table.
result<std::shared_ptr<const library>, complaint> load(const std::filesystem::path& file);

}  // namespace toolrack::plugin
