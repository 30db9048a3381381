// Whole small files, with a bound, and the mode of the very file that was read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <system_error>

#include "base/error.hpp"

namespace toolrack::config {

struct file_content {
    std::string bytes;
    mode_t mode = 0;
};

// Refuses a directory (EISDIR), what else is not a regular file (EINVAL) and what is longer than
// `most` bytes (EFBIG).
result<file_content, std::error_code> read_file(const std::filesystem::path& file,
                                                std::size_t most);

} // namespace toolrack::config
