#include "http/crowd.hpp"

#include <algorithm>

namespace toolrack::http {

std::optional<crowd::place> crowd::enter(const peer& who) {
    const auto from = source_of(who);
    const std::lock_guard one_at_a_time(door_);
    if (present_ >= most_) return std::nullopt;
    if (from) {
        auto& present = present_from_[*from];
        if (present >= most_per_source_) return std::nullopt;
        ++present;
    }
    ++present_;
    return place(shared_from_this(), from);
}

void crowd::leave(const std::optional<source>& from) noexcept {
    const std::lock_guard one_at_a_time(door_);
    --present_;
    if (!from) return;
    const auto found = present_from_.find(*from);
    if (--found->second == 0) present_from_.erase(found);
}

std::size_t crowd::size() const {
    const std::lock_guard one_at_a_time(door_);
    return present_;
}

std::optional<crowd::source> crowd::source_of(const peer& who) {
    if (!who.address) return std::nullopt;
    source bytes{};
    if (who.address->is_v4()) {
        std::ranges::copy(who.address->to_v4().to_bytes(), bytes.begin() + 12);
    } else {
        const auto all = who.address->to_v6().to_bytes();
        std::copy_n(all.begin(), 8, bytes.begin());
    }
    return bytes;
}

}  // namespace toolrack::http
