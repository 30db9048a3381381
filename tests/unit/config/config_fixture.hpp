// A temporary folder for configuration files, and environment variables that are restored.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/config.hpp"
#include "temporary_folder.hpp"

namespace toolrack {

class config_fixture {
public:
    config_fixture() = default;
    ~config_fixture() {
        for (const auto& [name, value] : before_) {
            if (value) ::setenv(name.c_str(), value->c_str(), 1);
            else ::unsetenv(name.c_str());
        }
    }
    config_fixture(const config_fixture&) = delete;
    config_fixture& operator=(const config_fixture&) = delete;

    const std::filesystem::path& folder() const { return folder_.path(); }

    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        const auto file = folder() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
        return file;
    }
    std::filesystem::path write_secret(const std::string& name, std::string_view bytes) const {
        const auto file = write(name, bytes);
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        return file;
    }

    void set(const std::string& name, const std::string& value) {
        remember(name);
        ::setenv(name.c_str(), value.c_str(), 1);
    }
    void unset(const std::string& name) {
        remember(name);
        ::unsetenv(name.c_str());
    }

    config::settings read(std::string_view toml) const { return config::read(write("t.toml", toml)); }

    // The error sentence with paths relative to the folder; empty without an error.
    template <typename Action>
    std::string refusal_of(Action action) const {
        try {
            action();
        } catch (const failure& refused) {
            if (refused.code() != exit_code::configuration) return "another exit code";
            return without_folder(refused.what());
        }
        return {};
    }
    std::string refusal(std::string_view toml) const {
        return refusal_of([&] { read(toml); });
    }

private:
    void remember(const std::string& name) {
        const char* value = std::getenv(name.c_str());
        before_.emplace(name, value ? std::optional<std::string>(value) : std::nullopt);
    }
    std::string without_folder(std::string sentence) const {
        const std::string prefix = folder().string() + '/';
        for (auto at = sentence.find(prefix); at != sentence.npos; at = sentence.find(prefix))
            sentence.erase(at, prefix.size());
        return sentence;
    }

    const test::temporary_folder folder_;
    std::map<std::string, std::optional<std::string>> before_;
};

// The least that a configuration needs. The lines of a test follow it, from line 3 on.
inline constexpr std::string_view minimal = "[auth]\nbackend = 'env-token'\n";

inline std::string refusal_of_lines(std::string_view lines) {
    return config_fixture().refusal(std::string(minimal) + std::string(lines));
}
inline config::settings read_lines(std::string_view lines) {
    return config_fixture().read(std::string(minimal) + std::string(lines));
}

}  // namespace toolrack
