// The file of the audit: whole lines at its end, in whichever file has the name now.
//
// Rotation renames the file, or cuts it short; neither loses a line, because each batch of lines goes whole to
// the file that has the name just then. Where several processes keep one file, their lines stand between each
// other, never in each other: what is written at once is written together (O_APPEND).
// Belongs to one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace toolrack::audit {

class journal_file {
public:
    explicit journal_file(std::filesystem::path file) : file_(std::move(file)) {}

    // Opens the file, which is made when there is none, unless it is the one that is open. The complaint says
    // why it cannot be had.
    complaint follow();

    // Takes from the front of `lines` those that are written; when some are left, the complaint says why.
    // Follow first.
    complaint write(std::string& lines);

private:
    void take_back(std::size_t torn);

    const std::filesystem::path file_;
    descriptor opened_;
    std::uint64_t device_ = 0, inode_ = 0;
    bool ends_in_the_midst_ = false;  // of a line that is not whole
};

}  // namespace toolrack::audit
