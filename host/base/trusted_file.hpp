// A file that decides who is let in: read only when nobody but its owner can have written it.
//
// The checks are made on the very descriptor that is read, and on those of the folders above it (trusted_path).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace toolrack {

// Which file it was, and in which state: what a watcher compares. A file that was replaced, written to or
// removed has another one.
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

// The whole of a regular file, not a link, of at most `most` bytes, that belongs to root or to this
// process's user, that nobody else can write and nobody but `who` can read, below folders that nobody else can
// write to. The complaint says what is wrong and what to do.
result<trusted_file, complaint> read_trusted(const std::filesystem::path& file,
                                             std::size_t most,
                                             readers who = readers::group);

// The same of a file that is written at its end, and made with mode 0640 when there is none.
result<descriptor, complaint> open_trusted_to_append(const std::filesystem::path& file);

// All zero when there is no such file.
file_mark mark_of(const std::filesystem::path& file) noexcept;

}  // namespace toolrack
