// What was revoked: an append-only list of lines, read on its own so that nothing else can delay it.
//
//     2027-01-15T08:00:00Z jti 4f1c9a0d27b35e68f00c1d2e the laptop was stolen
//     2027-01-15T08:00:00Z kid k3f9c2d7a41
//     2027-01-15T08:00:00Z principal-before alice     (what was issued to her before this time)
//
// A line is RFC3339-TIME KIND VALUE [REASON...], its words separated by blanks; empty lines and those that
// begin with # are not looked at. A kind that is unknown here ("tok" is another backend's) counts for nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace toolrack::jwt {

struct revocation_list;

class revocations {
public:
    bool has_id(std::string_view jti) const { return ids_.contains(jti); }
    bool has_key(std::string_view kid) const { return keys_.contains(kid); }
    // Whether what was issued to her at that time is revoked.
    bool has_principal(std::string_view subject, std::int64_t issued_at) const;

    // Nothing that was revoked is ever taken back.
    void add(const revocations& more);

    const auto& ids() const noexcept { return ids_; }
    const auto& keys() const noexcept { return keys_; }
    const auto& principals() const noexcept { return principals_; }
    bool operator==(const revocations&) const = default;

private:
    friend revocation_list read_revocations(std::string_view text);

    struct hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using names = std::unordered_set<std::string, hash, std::equal_to<>>;

    names ids_, keys_;
    std::unordered_map<std::string, std::int64_t, hash, std::equal_to<>> principals_;  // before when
};

// All lines that could be read, and the first that could not.
struct revocation_list {
    struct bad_line {
        std::size_t number;  // from 1
        std::string_view why;
    };
    revocations revoked;
    std::optional<bad_line> bad = std::nullopt;
};

revocation_list read_revocations(std::string_view text);

}  // namespace toolrack::jwt
