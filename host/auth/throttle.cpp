#include "auth/throttle.hpp"

#include <algorithm>
#include <cstring>

#include "base/digest.hpp"

namespace toolrack::auth {
namespace {

using namespace std::chrono_literals;

// Together 512 KiB. Of a place that is full, the one whose last attempt is longest ago is forgotten.
constexpr std::size_t places = 2048, entries_per_place = 8;

}  // namespace

throttle::throttle() : key_(random_id(32)) {}

bucket::duration throttle::failed(const std::optional<identity::source>& from,
                                  std::string_view id,
                                  std::size_t per_minute,
                                  bucket::time now) {
    const bucket::size size{bucket::duration(1min) / static_cast<std::int64_t>(per_minute), 1min};
    std::array<std::optional<mark>, 2> names;
    if (from) names[0] = mark_of('s', from->text());
    if (!id.empty()) names[1] = mark_of('i', id);

    const std::lock_guard lock(mutex_);
    auto wait = bucket::duration::zero();
    for (const auto& name : names)
        if (name) wait = std::max(wait, find(*name).attempts.wait(size, now));
    if (wait > bucket::duration::zero()) return wait;
    for (const auto& name : names)
        if (name) find(*name).attempts.take(size, now);
    return wait;
}

throttle::mark throttle::mark_of(char kind, std::string_view name) const {
    std::string text = key_;
    text += kind;
    text += name;
    const auto digest = sha256(text);
    mark made{};
    std::memcpy(made.is.data(), digest.data(), sizeof made.is);
    std::memcpy(&made.place, digest.data() + sizeof made.is, sizeof made.place);
    made.place %= places;
    return made;
}

throttle::entry& throttle::find(const mark& which) {
    if (entries_.empty()) entries_ = std::vector<entry>(places * entries_per_place);
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(which.place * entries_per_place);
    const auto last = first + entries_per_place;
    auto found = std::find_if(first, last, [&](const entry& one) { return one.used && one.is == which.is; });
    if (found == last) {
        found = std::min_element(first, last, [](const entry& one, const entry& other) {
            return one.used < other.used;
        });
        found->is = which.is;
        found->attempts.forget();
    }
    found->used = ++uses_;
    return *found;
}

}  // namespace toolrack::auth
