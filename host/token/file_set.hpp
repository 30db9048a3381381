// The files of the backend token-file (tokens.toml, revoked.list, last-use), as commands read and change them.
//
// A change holds a file lock while it reads the file, edits it and replaces it as a whole, so that another command and
// a server that watches the file see the old or the new content. Works whether or not a server runs.
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

class file_set {
public:
    struct paths {
        std::filesystem::path list, revocations, last_use;
    };

    explicit file_set(paths where) : paths_(std::move(where)) {}

    const paths& where() const noexcept { return paths_; }

    // Each throws failure, one full sentence, when a file cannot be trusted, read or written.
    std::vector<record> read_records() const;
    revocations read_revocations() const;
    last_uses read_last_uses() const { return token::read_last_uses(paths_.last_use); }

    // Searches the text for the id without parsing it, and is true when the list cannot be read: a revocation must not
    // wait until a broken list is repaired.
    bool may_contain(std::string_view id) const;

    // Creates a missing list, with the group of its folder.
    void change(const std::function<void(std::vector<record>&)>& edit) const;
    void revoke(sys_seconds now,
                revocation_kind kind,
                const std::vector<std::string>& values,
                std::string_view reason) const;

private:
    paths paths_;
};

}  // namespace toolrack::token
