#include "base/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.hpp"
#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/seal.hpp"
#include "base/trusted_path.hpp"

namespace toolrack {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_characters = 43;

// Removes its file on destruction.
class temporary_file {
public:
    explicit temporary_file(fs::path file) : path(std::move(file)) {}
    ~temporary_file() { ::unlink(path.c_str()); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    const fs::path path;
};

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
    throw failure("The key file " + file.string() + " " + why);
}

[[noreturn]] void refuse_with_errno(const fs::path& file, const std::string& what) {
    refuse(file, what + ": " + std::strerror(errno) + ".");
}

void check_owner(const fs::path& file, const struct stat& about) {
    if (!S_ISREG(about.st_mode)) refuse(file, "is not a regular file.");
    if (about.st_uid != ::geteuid())
        refuse(file,
               "belongs to user id " + std::to_string(about.st_uid) + ", but this process runs as user id " +
                   std::to_string(::geteuid()) + ". Change its owner to the user that runs Toolrack, with mode 0600.");
    if ((about.st_mode & 077) != 0)
        refuse(file,
               "has mode " + octal(about.st_mode) +
                   ", so other users may read or write it. Remove it to have a new key created, or, if no other "
                   "user can have read it, set its mode to 0600.");
}

std::size_t read_into(char* bytes, std::size_t most, const descriptor& from, const fs::path& file) {
    std::size_t got = 0;
    while (got < most) {
        const auto more = ::read(from.get(), bytes + got, most - got);
        if (more < 0 && errno == EINTR) continue;
        if (more < 0) refuse_with_errno(file, "cannot be read");
        if (more == 0) break;
        got += static_cast<std::size_t>(more);
    }
    return got;
}

// Empty when there is no such file.
std::optional<secret> load(const fs::path& file) {
    const auto from = open_file(file, O_RDONLY | O_NONBLOCK);  // opening a FIFO must not wait for a writer
    if (!from && errno == ENOENT) return std::nullopt;
    if (!from) refuse_with_errno(file, "cannot be opened");
    struct stat about {};
    if (::fstat(from.get(), &about) != 0) refuse_with_errno(file, "cannot be examined");
    check_owner(file, about);

    std::array<char, key_characters + 2> bytes{};  // a line end, and one byte to detect a longer file
    std::string_view text(bytes.data(), read_into(bytes.data(), bytes.size(), from, file));
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto key = text.size() == key_characters ? base64url_decoded(text) : std::nullopt;
    wipe(bytes.data(), bytes.size());
    if (!key)
        refuse(file,
               "does not hold a key: expected " + std::to_string(key_characters) +
                   " characters of base64url and nothing else. Remove it to have a new key created.");
    secret loaded{std::string_view(*key)};
    wipe(*key);
    return loaded;
}

void write_key(const descriptor& to, const fs::path& file) {
    std::string text = base64url(random_key().reveal());
    const auto written = ::write(to.get(), text.data(), text.size());
    const bool is_whole = written == static_cast<ssize_t>(text.size());
    wipe(text);
    if (!is_whole || ::fsync(to.get()) != 0) refuse_with_errno(file, "cannot be written");
}

// Writes the key under a temporary name and links it: no reader sees half a key, and a file that another process
// created meanwhile stays.
void make(const fs::path& file) {
    const temporary_file made(file.string() + "." + random_id(9));
    {
        const auto to = open_file(made.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
        if (!to) refuse_with_errno(file, "cannot be created");
        write_key(to, file);
    }
    if (::link(made.path.c_str(), file.c_str()) != 0 && errno != EEXIST) refuse_with_errno(file, "cannot be created");

    const auto parent = file.parent_path();
    const auto folder = open_file(parent.empty() ? fs::path(".") : parent, O_RDONLY | O_DIRECTORY);
    if (folder) ::fsync(folder.get());  // not every file system supports it; then a power failure costs a new key
}

}  // namespace

secret load_or_make_key(const fs::path& file) {
    if (auto key = load(file)) return std::move(*key);
    make(file);
    if (auto key = load(file)) return std::move(*key);
    refuse(file, "is a dangling symbolic link.");
}

}  // namespace toolrack
