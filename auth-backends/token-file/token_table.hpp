// The tokens of a list at one moment, looked up by their hashes. Immutable but for the times of last use; any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/network.hpp"
#include "token/last_use.hpp"
#include "token/record.hpp"

class token_table {
public:
    using id = std::array<char, 12>;
    // Texts that many tokens have in common are stored once.
    struct entry {
        token_table::id id{};
        const std::string* principal = nullptr;
        const std::vector<std::string>* scopes = nullptr;
        const std::vector<std::string>* sources = nullptr;
        std::int64_t created = 0, not_before = 0, expires = 0;  // seconds since 1970; 0: not set
        std::size_t index = 0;                                  // in uses_

        bool is_same_except_expiry(const entry& other) const;
    };

    token_table() = default;
    explicit token_table(const std::vector<toolrack::token::record>& records);
    token_table(const token_table&) = delete;
    token_table& operator=(const token_table&) = delete;

    std::size_t size() const noexcept { return entries_.size(); }

    // Null when no token has this hash. The look-up uses the hash only, so that its duration reveals nothing about the
    // list: an unknown id and one wrong character of a secret are both a hash that is not found.
    const entry* find(std::string_view bearer, std::string_view id) const;
    // `peer` is an address or "unix".
    static bool is_allowed_source(const entry& entry, std::string_view peer);

    // Any thread. `now` in seconds since 1970.
    void note_use(const entry& entry, std::int64_t now) const noexcept {
        uses_[entry.index].store(now, std::memory_order_relaxed);
    }
    void collect_uses(toolrack::token::last_uses& into) const;

    // The ids that `next` does not have, or has with other properties than the expiry.
    std::vector<std::string> removed_in(const token_table& next) const;
    // The tokens that expire earlier in `next`: the expiry in seconds since 1970, and the id.
    std::vector<std::pair<std::int64_t, std::string>> shortened_in(const token_table& next) const;

private:
    struct first_bytes {
        std::size_t operator()(const toolrack::sha256_digest& hash) const noexcept;
    };
    const std::string* stored(const std::string& text);
    const std::vector<std::string>* stored(const std::vector<std::string>& texts);

    std::map<std::string, std::string> texts_;
    std::map<std::vector<std::string>, std::vector<std::string>> lists_;
    std::unordered_map<toolrack::sha256_digest, entry, first_bytes> entries_;  // by hash
    std::unique_ptr<std::atomic<std::int64_t>[]> uses_;                        // 0: not used since this list was read
};
