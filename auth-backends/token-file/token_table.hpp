// Who is let in, as it stood at one moment: small, immutable, and asked by all I/O threads at once.
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
    // What is known of one token. Words that many tokens have in common are kept once.
    struct holder {
        token_table::id id{};
        const std::string* principal = nullptr;
        const std::vector<std::string>* scopes = nullptr;
        const std::vector<std::string>* sources = nullptr;  // as written
        std::int64_t created = 0, not_before = 0, expires = 0;  // seconds since 1970; 0: nothing said
        std::size_t number = 0;                                 // among all

        bool is_same_as(const holder& other) const;  // but for its end
    };

    token_table() = default;
    explicit token_table(const std::vector<toolrack::token::record>& records);
    token_table(const token_table&) = delete;
    token_table& operator=(const token_table&) = delete;

    std::size_t size() const noexcept { return holders_.size(); }

    // Null when nobody has it. Looked up by its hash, and by nothing that can be read in it: whatever is wrong with a
    // token, an id that nobody has or one letter of its secret, it is just another hash that is not here, and how long
    // finding that takes says nothing about the list.
    const holder* find(std::string_view bearer, std::string_view id) const;
    // Whether `peer`, an address or "unix", is among the sources of the token.
    static bool may_come_from(const holder& who, std::string_view peer);

    // Any thread. `now` in seconds since 1970.
    void note_use(const holder& who, std::int64_t now) const noexcept {
        uses_[who.number].store(now, std::memory_order_relaxed);
    }
    void collect_uses(toolrack::token::last_uses& into) const;

    // The ids in here that `next` does not have, or has otherwise but for when they end.
    std::vector<std::string> lost_in(const token_table& next) const;
    // Those that end sooner in `next`, and when.
    std::vector<std::pair<std::int64_t, std::string>> shortened_in(const token_table& next) const;

private:
    struct first_bytes {
        std::size_t operator()(const toolrack::sha256_digest& hash) const noexcept;
    };
    const std::string* kept(const std::string& text);
    const std::vector<std::string>* kept(const std::vector<std::string>& words);

    std::map<std::string, std::string> texts_;
    std::map<std::vector<std::string>, std::vector<std::string>> words_;
    std::unordered_map<toolrack::sha256_digest, holder, first_bytes> holders_;  // by hash
    std::unique_ptr<std::atomic<std::int64_t>[]> uses_;  // 0: not since this was made
};
