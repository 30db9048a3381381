#include "audit/journal_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/trusted_file.hpp"

namespace toolrack::audit {
namespace {

// Of the open file itself: its name may be another's by now.
struct stat facts_of(const descriptor& file) {
    struct stat about {};
    ::fstat(file.get(), &about);
    return about;
}

// What a power cut, or another program, left without an end would take the next line with it.
bool lacks_a_line_end(const descriptor& file) {
    const auto size = facts_of(file).st_size;
    char last = '\n';
    return size > 0 && ::pread(file.get(), &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

complaint journal_file::follow() {
    const auto now = mark_of(file_);
    if (opened_ && now.device == device_ && now.inode == inode_) return {};
    opened_.reset();
    auto fresh = open_trusted_to_append(file_);
    if (!fresh) return fresh.error();
    opened_ = std::move(*fresh);
    const auto about = facts_of(opened_);
    device_ = about.st_dev;
    inode_ = about.st_ino;
    ends_in_the_midst_ = lacks_a_line_end(opened_);
    return {};
}

complaint journal_file::write(std::string& lines) {
    if (lines.empty()) return {};
    if (ends_in_the_midst_ && ::write(opened_.get(), "\n", 1) != 1) return complain(std::strerror(errno));
    ends_in_the_midst_ = false;

    std::size_t done = 0;
    while (done < lines.size()) {
        const auto written = ::write(opened_.get(), lines.data() + done, lines.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        done += static_cast<std::size_t>(written);
    }
    if (done == lines.size()) {
        lines.clear();
        return {};
    }
    // The disk is full, or worse.
    const auto why = complain(std::strerror(errno));
    const auto whole = done == 0 ? 0 : lines.rfind('\n', done - 1) + 1;  // npos + 1 is 0
    if (whole < done) take_back(done - whole);
    lines.erase(0, whole);
    return why;
}

// The bytes at the end that are no whole line; it is written again from its beginning. When another process
// wrote after them, they stay, as a line that can be told from a whole one.
void journal_file::take_back(std::size_t torn) {
    const auto end = ::lseek(opened_.get(), 0, SEEK_CUR);
    ends_in_the_midst_ = facts_of(opened_).st_size != end ||
                         ::ftruncate(opened_.get(), end - static_cast<off_t>(torn)) != 0;
}

}  // namespace toolrack::audit
