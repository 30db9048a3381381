// The throttle: who shows wrong token after wrong token is told to wait.
//
// It is asked only about what was shown and found wrong, so it never stands between a good token and the server:
// a stranger's guesses lock nobody out. Attempts are counted by source, and by the public id that a token of ours
// names, so that guessing from everywhere at one token shows, too. What it remembers has a fixed size, whatever
// comes: the attempts that are longest ago make room. Lives in the hub. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/bucket.hpp"
#include "identity/source.hpp"

namespace toolrack::auth {

class throttle {
public:
    throttle();

    // A token was wrong. How long until one is told so again; zero when this one is. `id` is empty when it named
    // none.
    bucket::duration failed(const std::optional<identity::source>& from,
                            std::string_view id,
                            std::size_t per_minute,
                            bucket::time now);

private:
    // A name by its keyed hash: 128 bits of it are kept, and others choose the place. Nobody outside knows which
    // names would drive out which.
    struct mark {
        std::array<std::uint64_t, 2> is;
        std::size_t place;
    };
    struct entry {
        std::array<std::uint64_t, 2> is{};
        std::uint64_t used = 0;  // 0: never
        bucket attempts;
    };

    mark mark_of(char kind, std::string_view name) const;
    entry& find(const mark& which);

    const std::string key_;
    std::mutex mutex_;
    std::vector<entry> entries_;  // none until they are needed
    std::uint64_t uses_ = 0;
};

}  // namespace toolrack::auth
