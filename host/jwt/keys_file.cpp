#include "jwt/keys_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "jwt/trusted_file.hpp"

namespace toolrack::jwt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = 64 * 1024;
constexpr auto longest_wait = std::chrono::seconds(10);

class open_file {
public:
    open_file(const fs::path& file, int how, mode_t mode = 0) : number_(::open(file.c_str(), how | O_CLOEXEC, mode)) {}
    ~open_file() {
        if (number_ >= 0) ::close(number_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    explicit operator bool() const noexcept { return number_ >= 0; }
    int number() const noexcept { return number_; }

private:
    const int number_;
};

[[noreturn]] void refuse_with_errno(const fs::path& file, const std::string& what) {
    throw failure(fmt::format("The keys file {} {}: {}.", file.string(), what, std::strerror(errno)));
}

fs::path folder_of(const fs::path& file) {
    const auto parent = file.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

// Held by one command at a time, on a file beside it: the keys file itself is replaced, and a lock on what was
// replaced locks nothing.
class lock {
public:
    explicit lock(const fs::path& file) : held_(file.string() + ".lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600) {
        if (!held_) refuse_with_errno(file, "cannot be locked");
        const auto end = std::chrono::steady_clock::now() + longest_wait;
        while (::flock(held_.number(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK && errno != EINTR) refuse_with_errno(file, "cannot be locked");
            if (std::chrono::steady_clock::now() > end)
                throw failure(fmt::format("The keys file {} is being changed by another command, which does not end; "
                                          "see who holds {}.lock.",
                                          file.string(), file.string()));
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }

private:
    open_file held_;
};

// A file that is gone again when this ends, unless it was put in another's place.
class passing_file {
public:
    explicit passing_file(fs::path file) : path(std::move(file)) {}
    ~passing_file() {
        if (!path.empty()) ::unlink(path.c_str());
    }
    passing_file(const passing_file&) = delete;
    passing_file& operator=(const passing_file&) = delete;

    fs::path path;
};

std::optional<trusted_file> read(const fs::path& file) {
    return read_trusted_file(file, "keys file", confidence::secret, most_bytes);
}

key_ring parsed(trusted_file& found, const fs::path& file) {
    struct wiper {
        std::string& bytes;
        ~wiper() { wipe(bytes); }
    } const after{found.bytes};
    return read_key_ring(found.bytes, file.string());
}

[[noreturn]] void say_absent(const fs::path& file) {
    throw failure(fmt::format("There is no keys file {}. Make one with: toolrack key new --keys {}", file.string(),
                              file.string()));
}

void write_all(const open_file& to, std::string_view bytes, const fs::path& file) {
    while (!bytes.empty()) {
        const auto written = ::write(to.number(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) refuse_with_errno(file, "cannot be written");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void replace(const fs::path& file, std::string_view bytes, const struct stat* before) {
    passing_file fresh(folder_of(file) / ("." + file.filename().string() + "." + random_id(9)));
    {
        const open_file to(fresh.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
        if (!to) refuse_with_errno(file, "cannot be written");
        // The server may run as somebody else than whoever types the command.
        if (before && (before->st_uid != ::geteuid() || before->st_gid != ::getegid()) &&
            ::fchown(to.number(), before->st_uid, before->st_gid) != 0)
            refuse_with_errno(file, "cannot be given back to its owner");
        if (::fchmod(to.number(), before ? before->st_mode & 07777 : 0600) != 0)
            refuse_with_errno(file, "cannot be given its mode back");
        write_all(to, bytes, file);
        if (::fsync(to.number()) != 0) refuse_with_errno(file, "cannot be written");
    }
    if (::rename(fresh.path.c_str(), file.c_str()) != 0) refuse_with_errno(file, "cannot be replaced");
    fresh.path.clear();

    const open_file folder(folder_of(file), O_RDONLY | O_DIRECTORY);
    if (folder) ::fsync(folder.number());  // not every file system can; then a power cut may bring the old one back
}

}  // namespace

key_ring load_keys(const fs::path& file) {
    auto found = read(file);
    if (!found) say_absent(file);
    return parsed(*found, file);
}

void change_keys(const fs::path& file, when_absent absent, const std::function<void(key_ring&)>& change) {
    const lock held(file);
    auto found = read(file);
    if (!found && absent == when_absent::fail) say_absent(file);
    key_ring ring = found ? parsed(*found, file) : key_ring();
    change(ring);
    const secret text = write_key_ring(ring);
    read_key_ring(text.reveal(), file.string());  // what could not be read again is not written
    replace(file, text.reveal(), found ? &found->about : nullptr);
}

}  // namespace toolrack::jwt
