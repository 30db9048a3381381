// The revocation lists of token-file and of hmac-token, which may be the same file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "token/revocations.hpp"

namespace toolrack::cli {

class revocation_lists {
public:
    // Each is empty when its backend is not used.
    revocation_lists(std::optional<std::filesystem::path> token_file, std::optional<std::filesystem::path> hmac_token)
        : token_file_(std::move(token_file)), hmac_token_(std::move(hmac_token)) {}

    bool has_token_file() const noexcept { return token_file_.has_value(); }
    bool has_hmac_token() const noexcept { return hmac_token_.has_value(); }

    // By the ids of tokens of token-file, or by the jti of signed tokens. Throws failure when a list cannot be trusted
    // or written.
    void revoke_listed(const std::vector<std::string>& ids, const std::string& reason) const;
    void revoke_signed(const std::vector<std::string>& ids, const std::string& reason) const;
    // Revokes all tokens of the principal that exist now, of both backends.
    void revoke_principal(const std::string& name, const std::string& reason) const;

private:
    std::optional<std::filesystem::path> token_file_, hmac_token_;
};

}  // namespace toolrack::cli
