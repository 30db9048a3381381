// The supported protocol versions, in one table with everything that differs between them.
//
// Spec: basic/versioning of 2026-07-28 ("modern", "legacy", "dual-era").
#pragma once

#include <array>
#include <string_view>

namespace toolrack::wire {

enum class era { legacy, modern };

struct version {
    std::string_view name;
    wire::era era;
    bool result_type;  // results have "resultType"
    bool cache_hints;  // lists have "ttlMs" and "cacheScope"
};

// Newest first.
inline constexpr std::array versions{
    version{"2026-07-28", era::modern, true, true},
    version{"2025-11-25", era::legacy, false, false},
    version{"2025-06-18", era::legacy, false, false},
    version{"2025-03-26", era::legacy, false, false},
};
inline constexpr const version& newest_modern = versions[0];
inline constexpr const version& newest_legacy = versions[1];

// Null when the version is not supported.
const version* find_version(std::string_view name) noexcept;

}  // namespace toolrack::wire
