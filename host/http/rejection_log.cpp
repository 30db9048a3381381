#include "http/rejection_log.hpp"

#include <utility>

namespace toolrack::http {

void rejection_log::log_rejection(std::string_view peer, unsigned status, std::string_view sentence) {
    if (is_within_rate()) log_.info("Rejected a request from {} with {}: {}", peer, status, sentence);
}

void rejection_log::log_failed_handshake(std::string_view peer, std::string_view why) {
    if (is_within_rate()) log_.info("TLS handshake with {} failed: {}.", peer, why);
}

bool rejection_log::is_within_rate() {
    const auto now = std::chrono::steady_clock::now();
    if (now - second_ >= std::chrono::seconds(1)) {
        second_ = now;
        logged_ = 0;
        if (const auto count = std::exchange(suppressed_, 0))
            log_.info("{} more requests were rejected. Their log lines were suppressed.", count);
    }
    if (logged_ == max_per_second) {
        ++suppressed_;
        return false;
    }
    ++logged_;
    return true;
}

}  // namespace toolrack::http
