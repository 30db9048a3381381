#include "http/connection_limiter.hpp"

namespace toolrack::http {

std::optional<connection_limiter::place> connection_limiter::enter(const peer& who) {
    const auto& from = who.source;
    const std::lock_guard one_at_a_time(acceptor_);
    if (present_ >= most_) return std::nullopt;
    if (from) {
        auto& present = present_from_[*from];
        if (present >= most_per_source_) return std::nullopt;
        ++present;
    }
    ++present_;
    return place(shared_from_this(), from);
}

void connection_limiter::leave(const std::optional<identity::source>& from) noexcept {
    const std::lock_guard one_at_a_time(acceptor_);
    --present_;
    if (!from) return;
    const auto found = present_from_.find(*from);
    if (--found->second == 0) present_from_.erase(found);
}

std::size_t connection_limiter::size() const {
    const std::lock_guard one_at_a_time(acceptor_);
    return present_;
}

}  // namespace toolrack::http
