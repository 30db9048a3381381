// Loads plugins of this build and creates instances, in this process or in workers.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "base/child.hpp"
#include "plugin/instance.hpp"
#include "plugin/library.hpp"

namespace toolrack::test {

// The default isolation of plugins in tests: "host" or "process". Some tests run with both.
inline std::string isolation() {
    const char* asked = std::getenv("TOOLRACK_TEST_ISOLATION");
    return asked ? asked : "host";
}

inline const std::filesystem::path build_folder = TOOLRACK_BUILD;

inline std::filesystem::path shipped(const std::string& name) {
    return build_folder / "lib/toolrack/plugins" / (name + ".so");
}
inline std::filesystem::path shipped_backend(const std::string& name) {
    return build_folder / "lib/toolrack/auth" / (name + ".so");
}
// A plugin that the test programs build for themselves.
inline std::filesystem::path test_plugin(const std::string& name) {
    return build_folder / "test-plugins" / (name + ".so");
}
inline std::filesystem::path hostile(const std::string& name) { return build_folder / "hostile" / (name + ".so"); }

// The library stays loaded until the end, as in a server, because a thread may still run code of it.
inline std::shared_ptr<const plugin::library> loaded(const std::filesystem::path& file) {
    static std::map<std::filesystem::path, std::shared_ptr<const plugin::library>> all;
    if (const auto known = all.find(file); known != all.end()) return known->second;
    auto library = plugin::load(file);
    if (!library) throw std::runtime_error(file.string() + ": " + library.error().why());
    return all.emplace(file, *library).first->second;
}

inline config::plugin settings_named(const std::string& name) {
    config::plugin settings;
    settings.name = name;
    settings.isolation = isolation();
    return settings;
}

inline const toolrack::clock real_clock;
inline const plugin::events no_events;

// The worker program.
inline const program& worker_program() {
    static const program worker((build_folder / "bin/toolrack-worker").string());
    return worker;
}

// An instance, or the reason why there is none. The caller is its only owner, so that the instance is destroyed before
// its log.
inline result<std::shared_ptr<plugin::instance>, complaint> try_instance(std::shared_ptr<const plugin::library> library,
                                                                         const config::plugin& settings,
                                                                         log& log,
                                                                         const clock& clock = real_clock,
                                                                         std::size_t max_result = 16 * 1024 * 1024) {
    auto made = plugin::make_host_instance(std::move(library), settings, {log, clock, no_events, max_result});
    while (made && made->use_count() > 1) std::this_thread::yield();
    return made;
}

inline std::shared_ptr<plugin::instance> instance_of(const std::filesystem::path& file,
                                                     const config::plugin& settings,
                                                     log& log,
                                                     const clock& clock = real_clock,
                                                     std::size_t max_result = 16 * 1024 * 1024) {
    auto made = try_instance(loaded(file), settings, log, clock, max_result);
    if (!made) throw std::runtime_error(file.string() + ": " + made.error().why());
    return *made;
}

// An instance with the isolation of its settings, or the reason why there is none.
inline result<std::shared_ptr<plugin::instance>, complaint> try_made(const std::filesystem::path& file,
                                                                     const config::plugin& settings,
                                                                     log& log,
                                                                     const plugin::events& events = no_events,
                                                                     std::size_t max_result = 16 * 1024 * 1024) {
    if (settings.isolation == "host") return try_instance(loaded(file), settings, log, real_clock, max_result);
    return plugin::make_worker_instance(worker_program(), file, settings, {log, real_clock, events, max_result});
}

}  // namespace toolrack::test
