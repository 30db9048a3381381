#include "auth/throttle.hpp"

#include <algorithm>
#include <cstring>

#include "base/digest.hpp"

namespace toolrack::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t sets = 2048, entries_per_set = 8;  // 512 KiB

}  // namespace

throttle::throttle() : key_(random_id(32)) {}

bucket::duration throttle::record_failure(const std::optional<identity::source>& from,
                                          std::string_view id,
                                          std::size_t per_minute,
                                          bucket::time now) {
    const bucket::size size{bucket::duration(1min) / static_cast<std::int64_t>(per_minute), 1min};
    std::array<std::optional<hashed_name>, 2> names;
    if (from) names[0] = hash_of('s', from->text());
    if (!id.empty()) names[1] = hash_of('i', id);

    const lock_guard lock(mutex_);
    auto wait = bucket::duration::zero();
    for (const auto& name : names)
        if (name) wait = std::max(wait, find(*name).attempts.wait(size, now));
    if (wait > bucket::duration::zero()) return wait;
    for (const auto& name : names)
        if (name) find(*name).attempts.take(size, now);
    return wait;
}

throttle::hashed_name throttle::hash_of(char kind, std::string_view name) const {
    std::string text = key_;
    text += kind;
    text += name;
    const auto digest = sha256(text);
    hashed_name made{};
    std::memcpy(made.hash.data(), digest.data(), sizeof made.hash);
    std::memcpy(&made.set, digest.data() + sizeof made.hash, sizeof made.set);
    made.set %= sets;
    return made;
}

throttle::entry& throttle::find(const hashed_name& name) {
    if (entries_.empty()) entries_ = std::vector<entry>(sets * entries_per_set);
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(name.set * entries_per_set);
    const auto last = first + entries_per_set;
    auto found = std::find_if(first, last, [&](const entry& one) { return one.last_use && one.hash == name.hash; });
    if (found == last) {
        found = std::min_element(
            first, last, [](const entry& one, const entry& other) { return one.last_use < other.last_use; });
        found->hash = name.hash;
        found->attempts.refill();
    }
    found->last_use = ++uses_;
    return *found;
}

}  // namespace toolrack::auth
