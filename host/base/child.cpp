#include "base/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/error.hpp"

namespace toolrack {
namespace {

[[noreturn]] void cannot_start(const std::string& program, int error) {
    throw failure("Cannot start " + program + ": " + std::strerror(error) + ".", exit_code::software);
}

// Only the variables for temporary files and the locale, and the options of sanitizers.
std::vector<std::string> scrubbed_environment() {
    std::vector<std::string> kept;
    for (const char* name : {"PATH",
                             "HOME",
                             "LANG",
                             "LC_ALL",
                             "TMPDIR",
                             "TZ",
                             "ASAN_OPTIONS",
                             "UBSAN_OPTIONS",
                             "LSAN_OPTIONS",
                             "TSAN_OPTIONS"}) {
        if (const char* value = std::getenv(name)) kept.push_back(std::string(name) + "=" + value);
    }
    return kept;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

// The file actions between fork and exec.
class descriptor_plan {
public:
    descriptor_plan(int executable, int printed, const std::vector<int>& given) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        put(printed, STDOUT_FILENO);
        put(printed, STDERR_FILENO);
        int next = STDERR_FILENO + 1;
        for (const int one : given) put(one, next++);
        put(executable, next);
        posix_spawn_file_actions_addclosefrom_np(&actions_, next + 1);
        // The executable is opened a second time. All lower numbers are taken, so it gets this number directly; dup2
        // would clear O_CLOEXEC. So the child does not inherit its own executable.
        program_ = "/proc/self/fd/" + std::to_string(next + 1);
        posix_spawn_file_actions_addopen(
            &actions_, next + 1, ("/proc/self/fd/" + std::to_string(next)).c_str(), O_PATH | O_CLOEXEC, 0);
        posix_spawn_file_actions_addclose(&actions_, next);
        posix_spawn_file_actions_addchdir_np(&actions_, "/");
    }
    ~descriptor_plan() { posix_spawn_file_actions_destroy(&actions_); }
    descriptor_plan(const descriptor_plan&) = delete;
    descriptor_plan& operator=(const descriptor_plan&) = delete;

    const posix_spawn_file_actions_t* get() const { return &actions_; }
    const std::string& program() const { return program_; }

private:
    // Through a high number first: the number of one source can be the target of another.
    void put(int ours, int theirs) {
        constexpr int above_all_targets = 64;
        sources_.emplace_back(::fcntl(ours, F_DUPFD_CLOEXEC, above_all_targets));
        posix_spawn_file_actions_adddup2(&actions_, sources_.back().get(), theirs);
    }

    posix_spawn_file_actions_t actions_;
    std::vector<descriptor> sources_;
    std::string program_;
};

// Default signal handling, and a process group of its own, so that children of the child are killed as well.
class attributes {
public:
    attributes() {
        posix_spawnattr_init(&attributes_);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~attributes() { posix_spawnattr_destroy(&attributes_); }
    attributes(const attributes&) = delete;
    attributes& operator=(const attributes&) = delete;
    const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

}  // namespace

std::string own_program() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error)
        throw failure("Cannot find the executable of this process: " + error.message() + ".", exit_code::software);
    return program.string();
}

program::program(std::string file) : file_(std::move(file)), held_(open_file(file_, O_PATH)) {
    if (!held_) cannot_start(file_, errno);
}

child::child(const program& program,
             const std::vector<std::string>& arguments,
             int printed,
             const std::vector<int>& given) {
    std::vector<std::string> words{program.file()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto environment = scrubbed_environment();
    const descriptor_plan plan(program.descriptor(), printed, given);
    const attributes attributes;
    if (const int error = posix_spawn(&pid_,
                                      plan.program().c_str(),
                                      plan.get(),
                                      attributes.get(),
                                      pointers_to(words).data(),
                                      pointers_to(environment).data()))
        cannot_start(program.file(), error);
    held_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));  // glibc 2.36 declares it for C only
    if (held_) return;
    const int error = errno;
    kill();
    ::waitpid(pid_, nullptr, 0);
    cannot_start(program.file(), error);
}

child::~child() {
    constexpr auto kill_timeout =
        std::chrono::seconds(5);  // for a process to end after SIGKILL, unless it hangs in the kernel
    if (ended_) return;
    kill();
    wait(kill_timeout);
}

void child::kill() noexcept {
    if (!ended_) ::kill(-pid_, SIGKILL);  // not reaped yet, so the number cannot have been reused
}

std::optional<child::ending> child::wait(std::chrono::milliseconds limit) noexcept {
    if (ended_) return ended_;
    const auto end = std::chrono::steady_clock::now() + limit;
    pollfd over{held_.get(), POLLIN, 0};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        const int ready = ::poll(&over, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
        if (ready > 0) break;
        if (ready == 0 || errno != EINTR) return std::nullopt;
    }
    kill();  // what is left of its process group
    siginfo_t about{};
    while (::waitid(P_PIDFD, static_cast<id_t>(held_.get()), &about, WEXITED) != 0 && errno == EINTR) {
    }
    ended_ = ending{};
    if (about.si_code == CLD_EXITED) ended_->exit_status = about.si_status;
    else ended_->signal = about.si_status;
    return ended_;
}

}  // namespace toolrack
