// A plugin for tests of the sandbox of workers: each tool tries one operation that may not be granted, and answers with
// "done" and the result, or with the name of the error.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <toolrack/plugin.hpp>

namespace {

using toolrack::call;

toolrack::result failed() { return toolrack::text(::strerrorname_np(errno)); }

toolrack::result try_to_read(call& c) {
    const int file = ::open(std::string(c.args().at("path").str()).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return failed();
    char content[1000];
    const auto got = ::read(file, content, sizeof content);
    ::close(file);
    return got < 0 ? failed() : toolrack::text("done: " + std::string(content, static_cast<std::size_t>(got)));
}

toolrack::result try_to_write(call& c) {
    const int file = ::open(std::string(c.args().at("path").str()).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return failed();
    const bool is_written = ::write(file, "written", 7) == 7;
    ::close(file);
    return is_written ? toolrack::text("done") : failed();
}

toolrack::result try_to_connect(call& c) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return failed();
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(c.args().at("port").i64()));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    const int error = errno;
    ::close(socket);
    errno = error;
    return is_connected ? toolrack::text("done") : failed();
}

toolrack::result try_to_signal(call& c) {
    return ::kill(static_cast<pid_t>(c.args().at("pid").i64()), 0) == 0 ? toolrack::text("done") : failed();
}

toolrack::result run(call&) {
    const pid_t child = ::fork();
    if (child < 0) return failed();
    if (child == 0) {
        ::execl("/bin/true", "true", nullptr);
        ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0 ? toolrack::text("done") : toolrack::text("it could not be run");
}

// Bounded, in case that the sandbox does not limit it.
toolrack::result fork_bomb(call& c) {
    const auto count = c.args().find("count");
    const auto most = std::min<std::int64_t>(count ? count->i64() : 20, 1000);
    int started = 0;
    for (std::int64_t i = 0; i < most; ++i) {
        const pid_t child = ::fork();
        if (child > 0) ++started;
        if (child == 0) {
            ::sleep(20);
            ::_exit(0);
        }
    }
    return toolrack::text(std::to_string(started) + " processes");
}

// Writes to every page; at most 1 GiB, in case that the sandbox does not limit it.
toolrack::result memory_bomb(call&) {
    constexpr std::size_t piece = 16u * 1024 * 1024;
    std::vector<std::unique_ptr<char[]>> held;
    while (held.size() < 64) {
        std::unique_ptr<char[]> more(new (std::nothrow) char[piece]);
        if (!more) break;
        std::memset(more.get(), 1, piece);
        held.push_back(std::move(more));
    }
    return toolrack::text(std::to_string(held.size() * piece / (1024 * 1024)) + " MiB");
}

// Allocates 64 MiB, reports that on `ready`, and ends when `gate` is closed.
[[noreturn]] void hold_memory(int ready, int gate) {
    constexpr std::size_t share = 64u * 1024 * 1024;
    void* const held = ::mmap(nullptr, share, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (held == MAP_FAILED) ::_exit(1);
    std::memset(held, 1, share);
    char nothing = 0;
    if (::write(ready, &nothing, 1) != 1) ::_exit(1);
    while (::read(gate, &nothing, 1) > 0) {
    }
    ::_exit(0);
}

// Allocates memory in child processes, each within the limit of one process. Answers with how many succeeded.
toolrack::result memory_bombs(call& c) {
    auto left = std::min<std::int64_t>(c.args().at("count").i64(), 16);
    int ready[2], gate[2];
    if (::pipe2(ready, O_NONBLOCK) != 0 || ::pipe(gate) != 0) return failed();
    for (std::int64_t i = 0; i < left; ++i) {
        const pid_t child = ::fork();
        if (child < 0) return failed();
        if (child > 0) continue;
        ::close(gate[1]);
        hold_memory(ready[1], gate[0]);
    }
    int succeeded = 0;
    while (left > 0) {
        char nothing = 0;
        if (::read(ready[0], &nothing, 1) == 1) ++succeeded, --left;
        else if (::waitpid(-1, nullptr, WNOHANG) > 0) --left;
        else std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    for (const int one : {ready[0], ready[1], gate[0], gate[1]}) ::close(one);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    return toolrack::text(std::to_string(succeeded) + " processes");
}

toolrack::result folder(call&) {
    const char* state = std::getenv("STATE_DIRECTORY");
    const char* temporary = std::getenv("TMPDIR");
    if (!state || !temporary) return toolrack::text("none");
    return toolrack::text(std::string(state) == temporary ? state : "two different ones");
}

}  // namespace

TOOLRACK_PLUGIN("org.example.sandbox-probe", "1.0.0")(toolrack::setup& s) {
    const auto path = toolrack::object({{"path", toolrack::string("Where")}});
    const auto nothing = toolrack::object({});
    s.tool("read", "Reads a file.", path, try_to_read);
    s.tool("write", "Writes a file.", path, try_to_write);
    s.tool("connect",
           "Connects to a port of this machine.",
           toolrack::object({{"port", toolrack::integer("Which")}}),
           try_to_connect);
    s.tool(
        "signal", "Tries to signal a process.", toolrack::object({{"pid", toolrack::integer("Which")}}), try_to_signal);
    s.tool("run", "Runs a program.", nothing, run);
    s.tool("fork_bomb",
           "Forks processes.",
           toolrack::object({{"count", toolrack::optional(toolrack::integer("How many"))}}),
           fork_bomb);
    s.tool("memory_bombs",
           "Allocates memory in processes.",
           toolrack::object({{"count", toolrack::integer("How many processes")}}),
           memory_bombs);
    s.tool("memory_bomb", "Allocates memory.", nothing, memory_bomb);
    s.tool("folder", "Returns its state folder.", nothing, folder);
}
