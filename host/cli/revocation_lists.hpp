// Where tokens are taken back: the revocation lists of token-file and of hmac-token, which may be one file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "token/revocations.hpp"

namespace toolrack::cli {

class revocation_lists {
public:
    // Of either backend, when there is one.
    revocation_lists(std::optional<std::filesystem::path> of_listed, std::optional<std::filesystem::path> of_signed)
        : of_listed_(std::move(of_listed)), of_signed_(std::move(of_signed)) {}

    bool take_listed() const noexcept { return of_listed_.has_value(); }
    bool take_signed() const noexcept { return of_signed_.has_value(); }

    // Ids of tokens of token-file, and jti of signed ones: each goes where it counts. Throws failure, one full
    // sentence, when a list cannot be trusted or written.
    void revoke_listed(const std::vector<std::string>& ids, const std::string& reason) const;
    void revoke_signed(const std::vector<std::string>& ids, const std::string& reason) const;
    // All that they hold by now, of every kind.
    void revoke_principal(const std::string& name, const std::string& reason) const;

private:
    std::optional<std::filesystem::path> of_listed_, of_signed_;
};

}  // namespace toolrack::cli
