// revoked.list: revocations, one a line, in a file that is only appended to.
//
//     2026-11-22T10:00:00Z tok 9fK2mQx7Lr0B laptop stolen
//     2026-11-22T10:00:00Z principal-before ann          every token issued to ann before this time
//     2026-11-22T10:00:00Z jti 6f1c...                   a signed token
//     2026-11-22T10:00:00Z kid k2                        every token signed with this key
//
// The list is separate from the files whose tokens it revokes, so that an error in one of those cannot delay a
// revocation. A value has no white space; %20 stands for a blank, as in a URL. Unknown kinds are ignored.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/rfc3339.hpp"

namespace toolrack::token {

inline constexpr std::size_t longest_revocations = 64 * 1024 * 1024;  // bytes

struct revocations {
    std::set<std::string, std::less<>> tokens, signed_tokens, keys;
    std::map<std::string, sys_seconds, std::less<>> principals;  // tokens issued before this time are revoked

    bool operator==(const revocations&) const = default;
    bool is_empty() const noexcept {
        return tokens.empty() && signed_tokens.empty() && keys.empty() && principals.empty();
    }
    void add(const revocations& more);
    // Whether a principal-before line revokes a token of this principal.
    bool is_principal_revoked(std::string_view principal, sys_seconds issued) const;
};

struct parsed_revocations {
    revocations revoked;
    std::vector<unsigned> invalid_lines;  // numbers from 1; all other lines are in `revoked`
};
parsed_revocations parse_revocations(std::string_view text);

// Parses a list again after it grew. While the text begins with what was parsed before, only the rest is parsed, so
// that a revocation does not wait for all earlier ones.
class incremental_parser {
public:
    // The new revocations, or all of them when the text does not continue the previous one. Invalid lines are returned
    // each time.
    parsed_revocations parse(std::string_view text);

private:
    std::size_t size_ = 0;  // bytes parsed: whole lines
    sha256_digest hash_{};  // of these bytes
    unsigned lines_ = 0;
    std::vector<unsigned> invalid_lines_;
};

enum class revocation_kind { token, signed_token, key, principal_before };

// With the line end. `reason` is for people.
std::string revocation_line(sys_seconds when, revocation_kind kind, std::string_view value, std::string_view reason);

}  // namespace toolrack::token
