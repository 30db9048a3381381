#include "base/trusted_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/trusted_path.hpp"

namespace toolrack {
namespace {

namespace fs = std::filesystem;

complaint why_untrusted(const struct stat& about, readers who) {
    if (!S_ISREG(about.st_mode)) return complain("it is not a regular file");
    if (auto why = why_not_ours(about); !why.why().empty()) return why;
    const mode_t most = who == readers::anyone ? 0644 : 0640;
    if ((about.st_mode & 07777 & ~most) != 0)
        return complain("other users may use it (mode " + octal(about.st_mode) + "); set its mode to 0600, or to " +
                        octal(most) + " if others may read it");
    return {};
}

file_mark mark_of(const struct stat& about) noexcept {
    const auto nanoseconds = [](const timespec& time) {
        return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
    };
    return {about.st_dev,
            about.st_ino,
            static_cast<std::uint64_t>(about.st_size),
            nanoseconds(about.st_mtim),
            nanoseconds(about.st_ctim)};
}

}  // namespace

result<trusted_file, complaint> read_trusted(const fs::path& file, std::size_t most, readers who) {
    const auto found = open_trusted(file, last_link::refused);
    if (!found) return found.error();
    const auto& [opened, about] = *found;
    if (auto why = why_untrusted(about, who); !why.why().empty()) return why;

    const auto too_long = [most] { return complain("it is longer than " + std::to_string(most) + " bytes"); };
    if (static_cast<std::uint64_t>(about.st_size) > most) return too_long();
    trusted_file read{{}, mark_of(about)};
    read.bytes.resize(static_cast<std::size_t>(about.st_size) + 1);
    std::size_t size = 0;
    for (;;) {
        if (size == read.bytes.size()) {
            if (size > most) return too_long();
            read.bytes.resize(2 * size);
        }
        const auto got = ::read(opened.get(), read.bytes.data() + size, read.bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return complain(std::strerror(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > most) return too_long();
    read.bytes.resize(size);
    return read;
}

result<descriptor, complaint> open_trusted_to_append(const fs::path& file) {
    auto found = open_trusted(file, last_link::refused, O_RDWR | O_APPEND | O_CREAT);
    if (!found) return found.error();
    if (auto why = why_untrusted(found->about, readers::group); !why.why().empty()) return why;
    return std::move(found->file);
}

file_mark mark_of(const fs::path& file) noexcept {
    struct stat about {};
    return ::lstat(file.c_str(), &about) == 0 ? mark_of(about) : file_mark{};
}

}  // namespace toolrack
