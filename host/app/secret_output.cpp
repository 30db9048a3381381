#include "app/secret_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"

namespace toolrack::app {
namespace {

void write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(to, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            throw failure(std::string("The secret could not be written: ") + std::strerror(errno) +
                              ". It is of no use now; make another.",
                          exit_code::unavailable);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

void secret_output::check() const {
    if (!file.empty()) {
        if (::faccessat(AT_FDCWD, file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            throw failure(file + " exists, and a secret is never written over something. Name another file.",
                          exit_code::usage);
        return;
    }
    if (descriptor) {
        if (::fcntl(*descriptor, F_GETFL) < 0)
            throw failure("Descriptor " + std::to_string(*descriptor) + " is not open.", exit_code::usage);
        return;
    }
    if (::isatty(STDOUT_FILENO)) return;
    throw failure("Standard output is not a terminal, and a secret does not go into a pipe or a file by accident. Say "
                  "--out FILE, or --fd 1 to have it there all the same.",
                  exit_code::usage);
}

void secret_output::write(const secret& shown) const {
    std::string line(shown.reveal());
    line += '\n';
    try {
        if (file.empty()) {
            std::fflush(stdout);
            write_all(descriptor.value_or(STDOUT_FILENO), line);
        } else {
            const int to = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
            if (to < 0) throw failure(file + " cannot be made: " + std::strerror(errno) + '.', exit_code::usage);
            write_all(to, line);
            if (::fsync(to) != 0 || ::close(to) != 0) throw failure(file + " cannot be written: " + std::strerror(errno) + '.');
        }
    } catch (...) {
        wipe(line);
        throw;
    }
    wipe(line);
}

secret read_secret_from_input() {
    constexpr std::size_t longest = 16 * 1024;
    std::string line;
    line.reserve(longest);  // so that growing leaves no copy behind
    char c = 0;
    while (line.size() < longest) {
        const auto got = ::read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || c == '\n') break;
        line += c;
    }
    secret read{trim(line.ends_with('\r') ? std::string_view(line).substr(0, line.size() - 1) : std::string_view(line))};
    wipe(line);
    if (read.empty()) throw failure("There is nothing on standard input; the secret is read from there.", exit_code::usage);
    return read;
}

}  // namespace toolrack::app
