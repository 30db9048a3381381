// Atomic replacement of a file: a reader sees the old or the new content, never a part, also after a power failure.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "base/descriptor.hpp"

namespace toolrack {

struct replacing {
    mode_t mode = 0600;  // of a new file; a replaced file keeps its mode and owner
    bool lasts = true;   // whether to fsync before returning
};

// Throws failure with the name of the file and the reason.
void replace_file(const std::filesystem::path& file, std::string_view bytes, const replacing& how = {});

// Appends `bytes` in one piece and calls fsync before returning. A missing file is created with mode 0640. Throws
// failure.
void append_to_file(const std::filesystem::path& file, std::string_view bytes);

// An exclusive flock(2) on "FILE.lock", held while a process changes FILE. The constructor waits for it.
class file_lock {
public:
    explicit file_lock(const std::filesystem::path& file);  // throws failure

private:
    descriptor held_;
};

}  // namespace toolrack
