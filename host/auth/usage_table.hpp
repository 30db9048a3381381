// The usage counters of all principals and sources.
//
// Lives in the process state, so that a new connection, a new session or a reload does not reset a limit. Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "auth/usage_counters.hpp"
#include "base/mutex.hpp"
#include "identity/source.hpp"
#include "metrics/family.hpp"

namespace toolrack::auth {

// When the table is large, counters that nobody holds are removed: first those with a full bucket, then, above `most`,
// all of them. So clients cannot make the table grow without bound.
class usage_table {
public:
    // The requests of principals are counted in `requests`, which outlives this; null: they are not counted.
    using request_counters = metrics::family<metrics::counter, 2>;
    explicit usage_table(std::size_t most = 20'000, request_counters* requests = nullptr)
        : most_(most), requests_(requests) {}

    // Never null. The issuer of a principal is not empty.
    std::shared_ptr<identity::usage_counters> of(std::string_view issuer, std::string_view subject, bucket::time now);
    std::shared_ptr<identity::usage_counters> of(const identity::source& from, bucket::time now) {
        return of({}, from.text(), now);
    }

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
    struct equal {
        using is_transparent = void;
        template <typename One, typename Other>
        bool operator()(const One& one, const Other& other) const noexcept {
            return view(one) == view(other);
        }
    };

    void remove_unused(bucket::time now) TOOLRACK_REQUIRES(mutex_);

    const std::size_t most_;
    request_counters* const requests_;
    mutable mutex mutex_;
    std::unordered_map<name, std::shared_ptr<identity::usage_counters>, hash, equal>
        by_name_ TOOLRACK_GUARDED_BY(mutex_);
    std::size_t next_removal_at_ TOOLRACK_GUARDED_BY(mutex_) = 1000;  // a size
};

}  // namespace toolrack::auth
