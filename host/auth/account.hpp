// An account: what one party has under way here, and how fast it has been going. A party is a principal, with all
// of its tokens together, or a source, with everyone who comes from there.
//
// It only counts; how much is too much, the allowance knows. Accounts live in the hub, so that a new connection, a
// new session or a reload is no new beginning. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "auth/bucket.hpp"
#include "metrics/family.hpp"
#include "identity/source.hpp"

namespace toolrack::auth {

// How many there are of something, up to so many.
class tally {
public:
    // False when there are as many as there may be.
    bool add(std::size_t most) noexcept {
        if (count_.fetch_add(1, std::memory_order_relaxed) < most) return true;
        remove();
        return false;
    }
    void remove() noexcept { count_.fetch_sub(1, std::memory_order_relaxed); }
    std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::size_t> count_ = 0;
};

struct account {
    tally calls;        // under way
    tally connections;  // open
    bucket pace;        // of calls
    metrics::counter* requests = nullptr;  // all that ever came; null of a source
};

// All of them. One that nobody holds and that owes nothing is forgotten when there are many, and so is one that
// only owes, when there are too many: `most` bounds what strangers can make this server remember.
class accounts {
public:
    // Requests of principals are counted in `requests`, if there is one; it outlives this.
    using counters = metrics::family<metrics::counter, 2>;
    explicit accounts(std::size_t most = 20'000, counters* requests = nullptr) : most_(most), requests_(requests) {}

    // Never null. The issuer of a principal is not empty.
    std::shared_ptr<account> of(std::string_view issuer, std::string_view subject, bucket::time now);
    std::shared_ptr<account> of(const identity::source& from, bucket::time now) { return of({}, from.text(), now); }

    std::size_t size() const;

private:
    using view = std::pair<std::string_view, std::string_view>;
    using name = std::pair<std::string, std::string>;
    struct hash {
        using is_transparent = void;
        std::size_t operator()(const view& of) const noexcept {
            const std::hash<std::string_view> one;
            return one(of.first) * 31 + one(of.second);
        }
        std::size_t operator()(const name& of) const noexcept { return operator()(view(of)); }
    };
    struct same {
        using is_transparent = void;
        template <typename One, typename Other>
        bool operator()(const One& one, const Other& other) const noexcept {
            return view(one) == view(other);
        }
    };

    void make_room(bucket::time now);

    const std::size_t most_;
    counters* const requests_;
    mutable std::mutex mutex_;
    std::unordered_map<name, std::shared_ptr<account>, hash, same> by_name_;
    std::size_t tidy_at_ = 1000;
};

}  // namespace toolrack::auth
