// Slows down guessing of tokens: after too many bad tokens, the client has to wait.
//
// Only bad tokens are counted, so the failures of others never block a valid token. They are counted by source, and by
// the public id in a token of ours, so that attempts on one token from many addresses are found, too. The memory is
// fixed: the entry with the oldest attempt is replaced. Lives in the process state. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/bucket.hpp"
#include "base/mutex.hpp"
#include "identity/source.hpp"

namespace toolrack::auth {

class throttle {
public:
    throttle();

    // Returns how long the client must wait; zero when the attempt is within the limit. `id` is the public id in the
    // token; empty when it has none.
    bucket::duration record_failure(const std::optional<identity::source>& from,
                                    std::string_view id,
                                    std::size_t per_minute,
                                    bucket::time now);

private:
    // A keyed hash of a source or an id: 128 bits of it are stored, and other bits choose the set. Clients cannot
    // predict which names share a set.
    struct hashed_name {
        std::array<std::uint64_t, 2> hash;
        std::size_t set;
    };
    struct entry {
        std::array<std::uint64_t, 2> hash{};
        std::uint64_t last_use = 0;  // 0: unused
        bucket attempts;
    };

    hashed_name hash_of(char kind, std::string_view name) const;
    entry& find(const hashed_name& name) TOOLRACK_REQUIRES(mutex_);

    const std::string key_;
    mutex mutex_;
    std::vector<entry> entries_ TOOLRACK_GUARDED_BY(mutex_);  // allocated at the first failure
    std::uint64_t uses_ TOOLRACK_GUARDED_BY(mutex_) = 0;
};

}  // namespace toolrack::auth
