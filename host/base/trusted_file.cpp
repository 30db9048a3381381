#include "base/trusted_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "base/descriptor.hpp"

namespace toolrack {
namespace {

namespace fs = std::filesystem;

std::string octal(mode_t mode) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
    return text;
}

complaint because(const std::string& what) { return complain(what + ": " + std::strerror(errno)); }

bool is_ours(const struct stat& about) { return about.st_uid == 0 || about.st_uid == ::geteuid(); }

// Sticky folders such as /tmp let everybody write, and nobody touch what is somebody else's.
bool is_safe_folder(const struct stat& about) {
    return is_ours(about) && ((about.st_mode & 0022) == 0 || (about.st_mode & S_ISVTX) != 0);
}

// The folder that the file is in, every one on the way having been found safe. Links on the way are followed
// once, here; what they lead to is then walked without any.
result<descriptor, complaint> open_folder_of(const fs::path& file) {
    std::error_code error;
    const auto folder = fs::canonical(fs::absolute(file).parent_path(), error);
    if (error) return complain("its folder cannot be found: " + error.message());
    descriptor at(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!at) return because("/ cannot be opened");
    fs::path walked = "/";
    for (const auto& step : folder.relative_path()) {
        if (step.empty()) continue;
        walked /= step;
        descriptor next(::openat(at.get(), step.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct stat about {};
        if (!next || ::fstat(next.get(), &about) != 0) return because(walked.string() + " cannot be opened");
        if (!is_safe_folder(about))
            return complain("others may write to the folder " + walked.string() + " (mode " + octal(about.st_mode) +
                            ", user " + std::to_string(about.st_uid) +
                            "), and so replace what is in it; it must belong to root or to the user of this process, "
                            "with mode 0755 or less");
        at = std::move(next);
    }
    return at;
}

complaint why_untrusted(const struct stat& about, readers who) {
    if (S_ISLNK(about.st_mode)) return complain("it is a symbolic link; name the file itself");
    if (!S_ISREG(about.st_mode)) return complain("it is not a regular file");
    if (!is_ours(about))
        return complain("it belongs to the user with the number " + std::to_string(about.st_uid) +
                        "; it must belong to root or to the user of this process");
    const mode_t most = who == readers::anyone ? 0644 : 0640;
    if ((about.st_mode & 07777 & ~most) != 0)
        return complain("others may use it (mode " + octal(about.st_mode) + "); make that 0600, or " + octal(most) +
                        " for others to read it");
    return {};
}

file_mark mark_of(const struct stat& about) noexcept {
    const auto nanoseconds = [](const timespec& time) { return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec; };
    return {about.st_dev, about.st_ino, static_cast<std::uint64_t>(about.st_size), nanoseconds(about.st_mtim),
            nanoseconds(about.st_ctim)};
}

}  // namespace

result<trusted_file, complaint> read_trusted(const fs::path& file, std::size_t most, readers who) {
    const auto parent = open_folder_of(file);
    if (!parent) return parent.error();

    // Without O_NONBLOCK, opening a named pipe would wait for its other end for ever.
    const auto name = file.filename();
    const descriptor opened(::openat(parent->get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!opened && errno == ELOOP) return complain("it is a symbolic link; name the file itself");
    if (!opened) return complain(std::strerror(errno));
    struct stat about {};
    if (::fstat(opened.get(), &about) != 0) return complain(std::strerror(errno));
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
    const auto parent = open_folder_of(file);
    if (!parent) return parent.error();
    const auto name = file.filename();
    constexpr int how = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    descriptor opened(::openat(parent->get(), name.c_str(), how, 0640));
    if (!opened && errno == ELOOP) return complain("it is a symbolic link; name the file itself");
    if (!opened) return complain(std::strerror(errno));
    struct stat about {};
    if (::fstat(opened.get(), &about) != 0) return complain(std::strerror(errno));
    if (auto why = why_untrusted(about, readers::group); !why.why().empty()) return why;
    return opened;
}

file_mark mark_of(const fs::path& file) noexcept {
    struct stat about {};
    return ::lstat(file.c_str(), &about) == 0 ? mark_of(about) : file_mark{};
}

}  // namespace toolrack
