#include "config/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"

namespace toolrack::config {
namespace {

std::error_code last_error() { return {errno, std::generic_category()}; }

}  // namespace

result<file_content, std::error_code> read_file(const std::filesystem::path& file, std::size_t most) {
    // O_NONBLOCK, because opening a named pipe would wait for its other end.
    const auto opened = open_file(file, O_RDONLY | O_NONBLOCK);
    struct stat status {};
    if (opened.get() < 0 || ::fstat(opened.get(), &status) != 0) return last_error();
    if (S_ISDIR(status.st_mode)) return make_error_code(std::errc::is_a_directory);
    if (!S_ISREG(status.st_mode)) return make_error_code(std::errc::invalid_argument);

    file_content content{.bytes = {}, .mode = status.st_mode & 07777};
    char block[16 * 1024];
    for (;;) {
        const ssize_t got = ::read(opened.get(), block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return last_error();
        if (got == 0) return content;
        content.bytes.append(block, static_cast<std::size_t>(got));
        if (content.bytes.size() > most) return make_error_code(std::errc::file_too_large);
    }
}

}  // namespace toolrack::config
