#include "http/connection_limiter.hpp"

namespace toolrack::http {

std::optional<connection_limiter::slot> connection_limiter::acquire(const peer& from) {
    const auto& source = from.source;
    const lock_guard lock(mutex_);
    if (count_ >= max_) return std::nullopt;
    if (source) {
        auto& count = count_by_source_[*source];
        if (count >= max_per_source_) return std::nullopt;
        ++count;
    }
    ++count_;
    return slot(shared_from_this(), source);
}

void connection_limiter::release(const std::optional<identity::source>& source) noexcept {
    const lock_guard lock(mutex_);
    --count_;
    if (!source) return;
    const auto found = count_by_source_.find(*source);
    if (--found->second == 0) count_by_source_.erase(found);
}

std::size_t connection_limiter::count() const {
    const lock_guard lock(mutex_);
    return count_;
}

}  // namespace toolrack::http
