// The book: tokens.toml and what lies beside it, as the command line reads and changes them.
//
// Every change is made under a lock, on what the file holds at that moment, and replaces the file as a
// whole, so that a server which watches it, and another command, see all of it or nothing. Works whether or
// not a server runs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "token/last_use.hpp"
#include "token/record.hpp"
#include "token/revocations.hpp"

namespace toolrack::token {

class book {
public:
    struct files {
        std::filesystem::path list, revocations, last_use;
    };

    explicit book(files where) : where_(std::move(where)) {}

    const files& where() const noexcept { return where_; }

    // Each throws failure, one full sentence, when a file cannot be trusted, understood or written.
    std::vector<record> read() const;
    revocations read_revoked() const;
    last_uses read_uses() const { return read_last_uses(where_.last_use); }

    // Quick, and true when the list cannot be read: a revocation must not wait for a list to be mended.
    bool may_hold(std::string_view id) const;

    // A list that does not exist yet is made, readable by the group of its folder.
    void change(const std::function<void(std::vector<record>&)>& how) const;
    void revoke(sys_seconds now, revoked what, const std::vector<std::string>& values, std::string_view reason) const;

private:
    files where_;
};

}  // namespace toolrack::token
