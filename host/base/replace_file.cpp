#include "base/replace_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"

namespace toolrack {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const char* what) {
    throw failure(file.string() + ' ' + what + ": " + std::strerror(errno) + '.');
}

bool write_all(int number, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(number, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// Makes the directory entry durable. Not every file system supports it.
void sync_folder(const fs::path& file) {
    const auto parent = file.parent_path();
    if (const auto folder = open_file(parent.empty() ? fs::path(".") : parent, O_RDONLY | O_DIRECTORY); folder)
        ::fsync(folder.get());
}

}  // namespace

void replace_file(const fs::path& file, std::string_view bytes, const replacing& how) {
    const fs::path next = file.string() + '.' + random_id(6);
    try {
        const auto to = open_file(next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, how.mode);
        if (!to) refuse(file, "cannot be written");
        struct stat before {};
        if (::lstat(file.c_str(), &before) == 0 && S_ISREG(before.st_mode)) {
            // Only root can change an owner; another user either owns the file already or cannot write it.
            if (::fchown(to.get(), before.st_uid, before.st_gid) != 0 && ::geteuid() == 0)
                refuse(file, "cannot keep its owner");
            if (::fchmod(to.get(), before.st_mode & 07777) != 0) refuse(file, "cannot keep its mode");
        }
        if (!write_all(to.get(), bytes) || (how.lasts && ::fsync(to.get()) != 0)) refuse(file, "cannot be written");
        if (::rename(next.c_str(), file.c_str()) != 0) refuse(file, "cannot be replaced");
    } catch (...) {
        ::unlink(next.c_str());
        throw;
    }
    if (how.lasts) sync_folder(file);
}

void append_to_file(const fs::path& file, std::string_view bytes) {
    const bool is_new = !fs::exists(file);
    const auto to = open_file(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0640);
    if (!to) refuse(file, "cannot be written");
    struct stat before {};
    if (::fstat(to.get(), &before) != 0) refuse(file, "cannot be examined");
    if (!write_all(to.get(), bytes) || ::fsync(to.get()) != 0) {
        const int why = errno;
        // Half a line would corrupt the file.
        [[maybe_unused]] const int cut = ::ftruncate(to.get(), before.st_size);
        errno = why;
        refuse(file, "cannot be written");
    }
    if (is_new) sync_folder(file);
}

file_lock::file_lock(const fs::path& file)
    : held_(open_file(file.string() + ".lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600)) {
    if (!held_) refuse(file, "cannot be locked");
    while (::flock(held_.get(), LOCK_EX) != 0)
        if (errno != EINTR) refuse(file, "cannot be locked");
}

}  // namespace toolrack
