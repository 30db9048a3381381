// The log: one line per event to standard error, passed to whoever writes to it.
//
// Every line goes through printable(), so nothing a client or a plugin says can forge a second one.
// Nothing secret may reach it: secrets are of type `secret`, which does not format. Thread-safe.
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
    // `least` is the least severe kind that is written.
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
