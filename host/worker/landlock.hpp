// Landlock: which files this process may still reach, and that it may not reach TCP.
//
// By raw system calls: no C library of Debian 12 has them, and there are but three. What a kernel can do
// depends on its version of Landlock (Debian 12's is 2, with files only); everything that it has is used.
#pragma once

#include <filesystem>
#include <vector>

#include "base/error.hpp"

namespace toolrack::worker::landlock {

// 0: this kernel has no Landlock, or was started without.
unsigned version() noexcept;

// Before these, the kernel cannot say that
inline constexpr unsigned confines_truncation = 3;  // a file may not be emptied
inline constexpr unsigned confines_tcp = 4;         // no connection may be made
inline constexpr unsigned confines_signals = 6;     // nobody outside may be sent one

enum class may { read, run, change };  // what may be run or changed may be read; nothing may be both

// A file, or a folder with all that is and will be below it. It is what the path leads to now that counts: a
// file that is replaced later is another one.
struct rule {
    std::filesystem::path path;
    may what;
};

// From now on there are only these. Returns the paths that led nowhere.
result<std::vector<std::filesystem::path>, complaint> restrict_to(const std::vector<rule>& rules, bool network);

}  // namespace toolrack::worker::landlock
