// Landlock: restricts the access of this process to files and TCP.
//
// Uses raw system calls, because the C library of Debian 12 has no wrappers. The features depend on the kernel's
// Landlock version (2 in Debian 12, files only); all available ones are used.
#pragma once

#include <filesystem>
#include <vector>

#include "base/error.hpp"

namespace toolrack::worker::landlock {

// 0: the kernel has no Landlock, or it is disabled.
unsigned version() noexcept;

// The first version that can restrict
inline constexpr unsigned truncation_since = 3;
inline constexpr unsigned tcp_since = 4;
inline constexpr unsigned signals_since = 6;  // to processes outside the sandbox

enum class access { read, execute, modify };  // each includes read; none is both executable and modifiable

// A file, or a folder with its present and future contents. The path is resolved now: a file that replaces it later is
// not covered.
struct rule {
    std::filesystem::path path;
    landlock::access access;
};

// Denies everything else. Returns the paths that do not exist.
result<std::vector<std::filesystem::path>, complaint> restrict_to(const std::vector<rule>& rules, bool network);

}  // namespace toolrack::worker::landlock
