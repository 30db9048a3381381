#include "base/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace toolrack {
namespace {

[[noreturn]] void cannot_start(const std::string& program, int error) {
    throw failure("Cannot start " + program + ": " + std::strerror(error) + ".", exit_code::software);
}

// The child sees where it may put temporary files and how to speak, and no variable besides.
std::vector<std::string> scrubbed_environment() {
    std::vector<std::string> kept;
    for (const char* name : {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                             "LSAN_OPTIONS", "TSAN_OPTIONS"}) {
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

pid_t start(const std::string& program, const std::vector<std::string>& arguments, int answer_to) {
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto environment = scrubbed_environment();

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, answer_to, answer_descriptor);
    posix_spawn_file_actions_addclosefrom_np(&actions, answer_descriptor + 1);

    // Signals as a program expects them; a group of its own, so that a child of the child goes too.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

    pid_t pid = 0;
    const int error = posix_spawn(&pid,
                                  program.c_str(),
                                  &actions,
                                  &attributes,
                                  pointers_to(words).data(),
                                  pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error) cannot_start(program, error);
    return pid;
}

// Until the child closes its end, time is up, or it has written too much.
void read_answer(int from, std::chrono::milliseconds time_limit, std::size_t most, child_answer& answer) {
    const auto end = std::chrono::steady_clock::now() + time_limit;
    char piece[4096];
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        pollfd readable{from, POLLIN, 0};
        const int ready = left.count() > 0 ? ::poll(&readable, 1, static_cast<int>(left.count())) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) {
            answer.timed_out = true;
            return;
        }
        const auto got = ::read(from, piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return;
        answer.text.append(piece, static_cast<std::size_t>(got));
        if (answer.text.size() > most) {
            answer.text.resize(most);
            answer.too_long = true;
            return;
        }
    }
}

// The answer's end is not the child's: it may hang after it. It gets what is left of the limit.
void reap(pid_t pid, std::chrono::steady_clock::time_point end, child_answer& answer) {
    int status = 0;
    siginfo_t ended{};
    while (!answer.timed_out && !answer.too_long) {
        ended.si_pid = 0;
        if (::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == pid)
            break;
        if (std::chrono::steady_clock::now() >= end) {
            answer.timed_out = true;
            break;
        }
        ::usleep(500);
    }
    ::kill(-pid, SIGKILL);  // whatever it left behind in its group; and itself, when it is still there
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) answer.exit_status = WEXITSTATUS(status);
    if (WIFSIGNALED(status) && !answer.timed_out && !answer.too_long) answer.signal = WTERMSIG(status);
}

}  // namespace

std::string own_program() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) throw failure("Cannot find this program's own file: " + error.message() + ".", exit_code::software);
    return program.string();
}

child_answer run_child(const std::string& program,
                       const std::vector<std::string>& arguments,
                       std::chrono::milliseconds time_limit,
                       std::size_t most) {
    const auto end = std::chrono::steady_clock::now() + time_limit;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) cannot_start(program, errno);
    descriptor ours(ends[0]), theirs(ends[1]);

    const pid_t pid = start(program, arguments, theirs.get());
    theirs.reset();

    child_answer answer;
    read_answer(ours.get(), time_limit, most, answer);
    reap(pid, end, answer);
    return answer;
}

}  // namespace toolrack
