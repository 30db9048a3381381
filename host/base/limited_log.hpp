// The log for lines that a plugin or a client can cause: at most so many lines and bytes a second. What was left out is
// counted in a line of its own, in the next second that has a line. Thread-safe.
#pragma once

#include <fmt/core.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "base/mutex.hpp"
#include "base/text.hpp"

namespace toolrack {

class limited_log {
public:
    // `source` begins the line that counts what was left out. `to` must outlive it.
    limited_log(log& to, std::string source, std::size_t lines_per_second, std::size_t bytes_per_second)
        : log_(to), source_(std::move(source)), most_lines_(lines_per_second), most_bytes_(bytes_per_second) {}

    template <typename... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) {
        write(severity::error, fmt::format(format, std::forward<Args>(args)...));
    }
    template <typename... Args>
    void warning(fmt::format_string<Args...> format, Args&&... args) {
        write(severity::warning, fmt::format(format, std::forward<Args>(args)...));
    }

    void write(severity kind, std::string_view line) {
        if (!log_.writes(kind)) return;
        std::uint64_t left_out = 0;
        {
            const lock_guard lock(mutex_);
            const auto now = std::chrono::steady_clock::now();
            if (now - second_ >= std::chrono::seconds(1)) {
                second_ = now;
                lines_ = bytes_ = 0;
            }
            if (lines_ == most_lines_ || bytes_ + line.size() > most_bytes_) {
                ++left_out_;
                return;
            }
            ++lines_;
            bytes_ += line.size();
            left_out = std::exchange(left_out_, 0);
        }
        if (left_out > 0)
            log_.warning("{}: {} left out: too many in one second", source_, counted(left_out, "log line"));
        log_.write(kind, line);
    }

private:
    log& log_;
    const std::string source_;
    const std::size_t most_lines_, most_bytes_;
    mutex mutex_;
    std::chrono::steady_clock::time_point second_ TOOLRACK_GUARDED_BY(mutex_);
    std::size_t lines_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    std::size_t bytes_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    std::uint64_t left_out_ TOOLRACK_GUARDED_BY(mutex_) = 0;
};

}  // namespace toolrack
