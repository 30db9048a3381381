#include "config/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace toolrack::config {
namespace {

class descriptor {
public:
    explicit descriptor(const std::filesystem::path& file)
        // Without O_NONBLOCK, opening a named pipe would wait for its other end for ever.
        : number_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    int number() const noexcept { return number_; }

private:
    const int number_;
};

std::error_code last_error() {
    return {errno, std::generic_category()};
}

} // namespace

result<file_content, std::error_code> read_file(const std::filesystem::path& file,
                                                std::size_t most) {
    const descriptor opened(file);
    struct stat status {};
    if (opened.number() < 0 || ::fstat(opened.number(), &status) != 0)
        return last_error();
    if (S_ISDIR(status.st_mode))
        return make_error_code(std::errc::is_a_directory);
    if (!S_ISREG(status.st_mode))
        return make_error_code(std::errc::invalid_argument);

    file_content content{.bytes = {}, .mode = status.st_mode & 07777};
    char block[16 * 1024];
    for (;;) {
        const ssize_t got = ::read(opened.number(), block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return last_error();
        if (got == 0)
            return content;
        content.bytes.append(block, static_cast<std::size_t>(got));
        if (content.bytes.size() > most)
            return make_error_code(std::errc::file_too_large);
    }
}

} // namespace toolrack::config
