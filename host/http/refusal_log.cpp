#include "http/refusal_log.hpp"

#include <utility>

namespace toolrack::http {

void refusal_log::say(std::string_view peer, unsigned status, std::string_view sentence) {
    if (may_say_more()) log_.info("Refused a request from {} with {}: {}", peer, status, sentence);
}

void refusal_log::say_of_handshake(std::string_view peer, std::string_view why) {
    if (may_say_more()) log_.info("A TLS handshake with {} failed: {}.", peer, why);
}

bool refusal_log::may_say_more() {
    const auto now = std::chrono::steady_clock::now();
    if (now - second_ >= std::chrono::seconds(1)) {
        second_ = now;
        said_ = 0;
        if (const auto more = std::exchange(unsaid_, 0))
            log_.info("{} more requests were refused.", more);
    }
    if (said_ == most_per_second) {
        ++unsaid_;
        return false;
    }
    ++said_;
    return true;
}

}  // namespace toolrack::http
