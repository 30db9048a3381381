// The log: one line per event on standard error. Passed by reference; there is no global log.
//
// Every line goes through printable(), so text from a client or a plugin cannot forge a second line. Secrets have the
// type `secret`, which cannot be formatted. Thread-safe.
#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>

namespace toolrack {

// The syslog numbers, as in the plugin ABI.
enum class severity : int { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

class log {
public:
    // Lines less severe than `least` are not written.
    explicit log(severity least = severity::info);
    ~log();

    template <typename... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) {
        write(severity::error, fmt::format(format, std::forward<Args>(args)...));
    }
    template <typename... Args>
    void warning(fmt::format_string<Args...> format, Args&&... args) {
        write(severity::warning, fmt::format(format, std::forward<Args>(args)...));
    }
    template <typename... Args>
    void info(fmt::format_string<Args...> format, Args&&... args) {
        write(severity::info, fmt::format(format, std::forward<Args>(args)...));
    }
    template <typename... Args>
    void debug(fmt::format_string<Args...> format, Args&&... args) {
        if (writes(severity::debug)) write(severity::debug, fmt::format(format, std::forward<Args>(args)...));
    }

    bool writes(severity kind) const noexcept { return kind <= least_; }
    void write(severity kind, std::string_view line);

private:
    class sink;

    severity least_;
    std::unique_ptr<sink> sink_;
};

}  // namespace toolrack
