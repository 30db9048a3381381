#include "jwt/trusted_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace toolrack::jwt {
namespace {

namespace fs = std::filesystem;

class descriptor {
public:
    explicit descriptor(int number = -1) noexcept : number_(number) {}
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }

    explicit operator bool() const noexcept { return number_ >= 0; }
    int number() const noexcept { return number_; }

private:
    int number_;
};

// The sentences about one file.
struct named {
    const fs::path& file;
    const std::string& what;

    [[noreturn]] void refuse(const std::string& why) const {
        throw failure(fmt::format("The {} {} {}", what, file.string(), why));
    }
    [[noreturn]] void refuse_with_errno(const std::string& why) const {
        refuse(fmt::format("{}: {}.", why, std::strerror(errno)));
    }
    [[noreturn]] void refuse_folder(const fs::path& folder, const std::string& why) const {
        refuse(fmt::format("is in a folder that is not safe: {} {}", folder.string(), why));
    }
};

bool is_ours(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

void check_folder(const fs::path& folder, const struct stat& about, const named& name) {
    if (!is_ours(about.st_uid))
        name.refuse_folder(folder, fmt::format("belongs to the user with the number {}, not to root or to number {}, as "
                                               "which this process runs.",
                                               about.st_uid, ::geteuid()));
    const bool others_write = (about.st_mode & 022) != 0, is_sticky = (about.st_mode & S_ISVTX) != 0;
    if (others_write && !is_sticky)
        name.refuse_folder(folder, fmt::format("has mode {:04o}, so others than its owner may put files there. Take that "
                                               "away (chmod go-w).",
                                               about.st_mode & 07777));
}

// The folder of the file, with every folder above it checked on the way down. Nothing when there is none.
descriptor open_folder(const fs::path& folder, const named& name) {
    constexpr int how = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    fs::path walked = "/";
    descriptor here(::open("/", how));
    for (auto step = folder.begin();;) {
        struct stat about {};
        if (!here && errno == ENOENT) return descriptor();
        if (!here || ::fstat(here.number(), &about) != 0) name.refuse_with_errno("is in a folder that cannot be examined");
        check_folder(walked, about, name);
        if (++step == folder.end()) return here;
        walked /= *step;
        here = descriptor(::openat(here.number(), step->c_str(), how));
    }
}

void check_file(const struct stat& about, confidence kind, const named& name) {
    if (!S_ISREG(about.st_mode)) name.refuse("is not a regular file.");
    if (!is_ours(about.st_uid))
        name.refuse(fmt::format("belongs to the user with the number {}, not to root or to number {}, as which this "
                                "process runs. Give it to one of the two (chown).",
                                about.st_uid, ::geteuid()));
    const unsigned mode = about.st_mode & 07777;
    if (kind == confidence::secret && (mode & ~0640u) != 0)
        name.refuse(fmt::format("has mode {:04o}, so others than its owner may use it. Set it to 0600 (chmod 600), or "
                                "to 0640 for a group that you trust; if anybody else can have read it, replace what "
                                "is in it.",
                                mode));
    if ((mode & 022) != 0)
        name.refuse(fmt::format("has mode {:04o}, so others than its owner may write to it. Take that away (chmod go-w).",
                                mode));
}

// Of a secret no copy may stay behind, so the place for it is made at once; what is longer than it was a moment
// ago is cut, and was not written the way it should be.
std::string read_all(int from, std::size_t length, const named& name) {
    std::string bytes(length, '\0');
    std::size_t size = 0;
    while (size < length) {
        const auto got = ::read(from, bytes.data() + size, length - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) name.refuse_with_errno("cannot be read");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace

std::optional<trusted_file> read_trusted_file(const fs::path& file,
                                              const std::string& what,
                                              confidence kind,
                                              std::size_t most) {
    const named name{file, what};
    std::error_code error;
    const auto parent = fs::canonical(fs::absolute(file).parent_path(), error);
    if (error == std::errc::no_such_file_or_directory) return std::nullopt;
    if (error) name.refuse(fmt::format("cannot be reached: {}.", error.message()));
    const auto folder = open_folder(parent, name);
    if (!folder) return std::nullopt;

    // Without O_NONBLOCK, opening a named pipe would wait for its other end for ever.
    const descriptor opened(
        ::openat(folder.number(), file.filename().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!opened && errno == ENOENT) return std::nullopt;
    if (!opened && errno == ELOOP) name.refuse("is a symbolic link. Name the file itself.");
    if (!opened) name.refuse_with_errno("cannot be opened");

    trusted_file found;
    if (::fstat(opened.number(), &found.about) != 0) name.refuse_with_errno("cannot be examined");
    check_file(found.about, kind, name);
    const auto length = static_cast<std::size_t>(found.about.st_size);
    if (length > most) name.refuse(fmt::format("is too long: expected at most {} bytes.", most));
    found.bytes = read_all(opened.number(), length, name);
    return found;
}

}  // namespace toolrack::jwt
