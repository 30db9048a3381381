// The file of the audit log: appends whole lines to the file that has the configured name now.
//
// Log rotation may rename or truncate the file; no line is lost, because each batch goes to the file that has the name
// at that moment. Several processes may write to one file: O_APPEND keeps the lines of one write together. Belongs to
// one thread.
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

    // Opens the file, creating it if necessary, unless it is open already. The complaint says why it cannot be opened.
    complaint open();

    // Writes `lines` and removes from their front those that were written. When some remain, the complaint says why.
    // Call open() first.
    complaint write(std::string& lines);

private:
    void remove_torn_line(std::size_t bytes);

    const std::filesystem::path file_;
    descriptor opened_;
    std::uint64_t device_ = 0, inode_ = 0;
    bool has_torn_line_ = false;  // the file does not end with a line end
};

}  // namespace toolrack::audit
