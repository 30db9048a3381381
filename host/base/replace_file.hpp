// Replaces a file as a whole: whoever reads it sees the old one or the new one, never half of either, and a
// power cut leaves one of them.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "base/descriptor.hpp"

namespace toolrack {

struct replacing {
    mode_t mode = 0600;  // of a file that is new; one that is replaced keeps its mode and its owner
    bool lasts = true;   // whether it must be on the disk on return
};

// Throws failure, with the name of the file and why.
void replace_file(const std::filesystem::path& file, std::string_view bytes, const replacing& how = {});

// Adds to the end of a file, which is made with mode 0640 when there is none, in one piece, and on the disk
// on return. Throws failure.
void append_to_file(const std::filesystem::path& file, std::string_view bytes);

// Held by whoever changes a file, so that two do not at once: a lock on "FILE.lock" beside it, waited for.
class file_lock {
public:
    explicit file_lock(const std::filesystem::path& file);  // throws failure

private:
    descriptor held_;
};

}  // namespace toolrack
