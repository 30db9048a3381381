// Reads a file that decides about access, only if no other user can have written it.
//
// The checks are made on the descriptor that is read and on those of the folders above it (trusted_path), so that there
// is no window between check and use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace toolrack {

// Identity and state of a file, to detect changes: a file that was replaced, written to or removed has another mark.
struct file_mark {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified = 0, changed = 0;  // nanoseconds

    bool operator==(const file_mark&) const = default;
};

struct trusted_file {
    std::string bytes;
    file_mark mark;
};

enum class readers { group, anyone };

// Reads a whole regular file (not a link) of at most `most` bytes. It must belong to root or to the user of this
// process, be writable by no one else, be readable by `who` at most, and lie below folders that no one else can write
// to. The complaint says what is wrong and what to do.
result<trusted_file, complaint>
read_trusted(const std::filesystem::path& file, std::size_t most, readers who = readers::group);

// Opens a file for appending under the same rules. A missing file is created with mode 0640.
result<descriptor, complaint> open_trusted_to_append(const std::filesystem::path& file);

// All zero when the file does not exist.
file_mark mark_of(const std::filesystem::path& file) noexcept;

}  // namespace toolrack
