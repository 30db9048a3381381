// Plugins of this build, loaded for real and made into instances of this process.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "plugin/instance.hpp"
#include "plugin/library.hpp"

namespace toolrack::test {

inline const std::filesystem::path build_folder = TOOLRACK_BUILD;

inline std::filesystem::path shipped(const std::string& name) {
    return build_folder / "lib/toolrack/plugins" / (name + ".so");
}
inline std::filesystem::path shipped_backend(const std::string& name) {
    return build_folder / "lib/toolrack/auth" / (name + ".so");
}
inline std::filesystem::path hostile(const std::string& name) { return build_folder / "hostile" / (name + ".so"); }

inline std::shared_ptr<const plugin::library> loaded(const std::filesystem::path& file) {
    auto library = plugin::load(file);
    if (!library) throw std::runtime_error(file.string() + ": " + library.error().why());
    return *library;
}

inline config::plugin settings_named(const std::string& name) {
    config::plugin settings;
    settings.name = name;
    return settings;
}

inline const toolrack::clock real_clock;

inline std::shared_ptr<plugin::instance> instance_of(const std::filesystem::path& file,
                                                     const config::plugin& settings,
                                                     log& log,
                                                     const clock& clock = real_clock,
                                                     std::size_t max_result = 16 * 1024 * 1024) {
    auto made = plugin::make_host_instance(loaded(file), settings, log, max_result, 64, clock);
    if (!made) throw std::runtime_error(file.string() + ": " + made.error().why());
    return *made;
}

}  // namespace toolrack::test
