// revoked.list: what is taken back before its time, one line each, only ever appended to.
//
//     2026-11-22T10:00:00Z tok 9fK2mQx7Lr0B laptop stolen
//     2026-11-22T10:00:00Z principal-before ann          everything that ann got before this moment
//     2026-11-22T10:00:00Z jti 6f1c...                   a signed token
//     2026-11-22T10:00:00Z kid k2                        all that were signed with a key
//
// Apart from the lists and keys that it takes from, so that none of those can delay a revocation by being
// broken. The value has no white space; "%20" stands for a blank, as in a URL. A kind that is not known here
// counts for nothing.
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
    std::map<std::string, sys_seconds, std::less<>> principals;  // nothing made before this moment counts

    bool operator==(const revocations&) const = default;
    bool is_empty() const noexcept {
        return tokens.empty() && signed_tokens.empty() && keys.empty() && principals.empty();
    }
    // What either takes back.
    void add(const revocations& more);
    bool takes_back(std::string_view principal, sys_seconds made) const;
};

struct revocations_read {
    revocations taken_back;
    std::vector<unsigned> broken_lines;  // from 1; all others count, whatever is wrong with these
};
revocations_read read_revocations(std::string_view text);

// The same of a list that is read again whenever it grew. Of a text that begins with what was read last, only the rest
// is, so that a revocation is not kept waiting by all that went before it.
class revocations_reader {
public:
    // What is new in it, or all that it says when it is another text. Broken lines are told each time.
    revocations_read read(std::string_view text);

private:
    std::size_t size_ = 0;  // of what was read, which is whole lines
    sha256_digest seen_{};
    unsigned lines_ = 0;
    std::vector<unsigned> broken_;
};

enum class revoked { token, signed_token, key, principal_before };
// One line, with its end. `reason` is for people.
std::string revocation_line(sys_seconds when, revoked what, std::string_view value, std::string_view reason);

}  // namespace toolrack::token
