// Reads a whole small file, up to a limit, and returns its content and mode.
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

// Errors: EISDIR for a directory, EINVAL for any other file that is not regular, EFBIG for more than `most` bytes.
result<file_content, std::error_code> read_file(const std::filesystem::path& file, std::size_t most);

}  // namespace toolrack::config
