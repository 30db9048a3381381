// Rate limit for log lines that unauthenticated clients can trigger. Belongs to one I/O thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "base/log.hpp"

namespace toolrack::http {

class rejection_log {
public:
    explicit rejection_log(log& to) : log_(to) {}

    void log_rejection(std::string_view peer, unsigned status, std::string_view sentence);
    void log_failed_handshake(std::string_view peer, std::string_view why);

private:
    // Counts the line. Logs how many lines were suppressed in the previous second.
    bool is_within_rate();

    static constexpr std::size_t max_per_second = 10;

    log& log_;
    std::chrono::steady_clock::time_point second_;
    std::size_t logged_ = 0;
    std::size_t suppressed_ = 0;
};

}  // namespace toolrack::http
