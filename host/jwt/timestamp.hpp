// Points in time as people write them (RFC 3339), to the second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolrack::jwt {

// "2027-01-15T08:00:00Z", of seconds since 1970.
std::string timestamp(std::int64_t seconds);

// With any offset. A fraction of a second counts as the whole: what is revoked up to a time is revoked up to
// the second after. Nothing when it is not one.
std::optional<std::int64_t> read_timestamp(std::string_view text) noexcept;

}  // namespace toolrack::jwt
