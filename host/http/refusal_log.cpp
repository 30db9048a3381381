#include "http/refusal_log.hpp"

#include <utility>

namespace toolrack::http {

void refusal_log::say(std::string_view peer, unsigned status, std::string_view sentence) {
    const auto now = std::chrono::steady_clock::now();
    if (now - second_ >= std::chrono::seconds(1)) {
        second_ = now;
        said_ = 0;
        if (const auto more = std::exchange(unsaid_, 0))
            log_.info("{} more requests were refused.", more);
    }
    if (said_ == most_per_second) {
        ++unsaid_;
        return;
    }
    ++said_;
    log_.info("Refused a request from {} with {}: {}", peer, status, sentence);
}

}  // namespace toolrack::http
