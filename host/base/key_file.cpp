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

// A file that is gone again when this ends.
class passing_file {
public:
    explicit passing_file(fs::path file) : path(std::move(file)) {}
    ~passing_file() { ::unlink(path.c_str()); }
    passing_file(const passing_file&) = delete;
    passing_file& operator=(const passing_file&) = delete;

    const fs::path path;
};

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
    throw failure("The key file " + file.string() + " " + why);
}

[[noreturn]] void refuse_with_errno(const fs::path& file, const std::string& what) {
    refuse(file, what + ": " + std::strerror(errno) + ".");
}

void check_keeper(const fs::path& file, const struct stat& about) {
    if (!S_ISREG(about.st_mode)) refuse(file, "is not a regular file.");
    if (about.st_uid != ::geteuid())
        refuse(file, "belongs to the user with the number " + std::to_string(about.st_uid) +
                         ", and this process runs as number " + std::to_string(::geteuid()) +
                         ". Give it to the user that runs Toolrack, with mode 0600.");
    if ((about.st_mode & 077) != 0)
        refuse(file, "has mode " + octal(about.st_mode) +
                         ", so others than its owner may use it. Remove it to have a new key made, or, if nobody "
                         "else can have read it, set its mode to 0600.");
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

// Nothing when there is no such file.
std::optional<secret> load(const fs::path& file) {
    const auto from = open_file(file, O_RDONLY | O_NONBLOCK);  // opening a FIFO must not wait for a writer
    if (!from && errno == ENOENT) return std::nullopt;
    if (!from) refuse_with_errno(file, "cannot be opened");
    struct stat about {};
    if (::fstat(from.get(), &about) != 0) refuse_with_errno(file, "cannot be examined");
    check_keeper(file, about);

    std::array<char, key_characters + 2> bytes{};  // a line end, and one to notice that there is more
    std::string_view text(bytes.data(), read_into(bytes.data(), bytes.size(), from, file));
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto key = text.size() == key_characters ? base64url_decoded(text) : std::nullopt;
    wipe(bytes.data(), bytes.size());
    if (!key)
        refuse(file, "does not hold a key: expected " + std::to_string(key_characters) +
                         " characters of base64url and nothing else. Remove it to have a new key made.");
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

// Written whole under another name and then linked: nobody ever sees half a key, and a file that
// somebody else made meanwhile stays.
void make(const fs::path& file) {
    const passing_file made(file.string() + "." + random_id(9));
    {
        const auto to = open_file(made.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
        if (!to) refuse_with_errno(file, "cannot be made");
        write_key(to, file);
    }
    if (::link(made.path.c_str(), file.c_str()) != 0 && errno != EEXIST) refuse_with_errno(file, "cannot be made");

    const auto parent = file.parent_path();
    const auto folder = open_file(parent.empty() ? fs::path(".") : parent, O_RDONLY | O_DIRECTORY);
    if (folder) ::fsync(folder.get());  // not every file system can; then a power cut costs a new key
}

}  // namespace

secret load_or_make_key(const fs::path& file) {
    if (auto key = load(file)) return std::move(*key);
    make(file);
    if (auto key = load(file)) return std::move(*key);
    refuse(file, "is a link that leads nowhere.");
}

}  // namespace toolrack
