#include "audit/journal_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/trusted_file.hpp"

namespace toolrack::audit {
namespace {

// The status of the open file; its name may belong to another file by now.
struct stat status_of(const descriptor& file) {
    struct stat about {};
    ::fstat(file.get(), &about);
    return about;
}

// True after a power failure, or after another program wrote an incomplete line: the next line would be appended to it.
bool lacks_a_line_end(const descriptor& file) {
    const auto size = status_of(file).st_size;
    char last = '\n';
    return size > 0 && ::pread(file.get(), &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

complaint journal_file::open() {
    const auto now = mark_of(file_);
    if (opened_ && now.device == device_ && now.inode == inode_) return {};
    opened_.reset();
    auto fresh = open_trusted_to_append(file_);
    if (!fresh) return fresh.error();
    opened_ = std::move(*fresh);
    const auto about = status_of(opened_);
    device_ = about.st_dev;
    inode_ = about.st_ino;
    has_torn_line_ = lacks_a_line_end(opened_);
    return {};
}

complaint journal_file::write(std::string& lines) {
    if (lines.empty()) return {};
    if (has_torn_line_ && ::write(opened_.get(), "\n", 1) != 1) return complain(std::strerror(errno));
    has_torn_line_ = false;

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
    // The disk is full, for example.
    auto why = complain(std::strerror(errno));
    const auto whole = done == 0 ? 0 : lines.rfind('\n', done - 1) + 1;  // npos + 1 is 0
    if (whole < done) remove_torn_line(done - whole);
    lines.erase(0, whole);
    return why;
}

// Removes the incomplete line at the end; it is written again from its beginning. When another process has appended
// after it, it stays, as a line that is recognisable as incomplete.
void journal_file::remove_torn_line(std::size_t bytes) {
    const auto end = ::lseek(opened_.get(), 0, SEEK_CUR);
    has_torn_line_ =
        status_of(opened_).st_size != end || ::ftruncate(opened_.get(), end - static_cast<off_t>(bytes)) != 0;
}

}  // namespace toolrack::audit
