// Runs a function in a forked, confined child process and returns its text.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <type_traits>

#include "catch.hpp"
#include "not_run.hpp"
#include "worker/confine.hpp"
#include "worker/landlock.hpp"

namespace toolrack::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

// "done", or the name of the error: "EPERM".
template <typename Number>
std::string outcome(Number returned) {
    return returned == static_cast<Number>(-1) ? ::strerrorname_np(errno) : "done";
}

// Runs `prepare` and then `action` in a child process, and returns the first text that is not empty. No assertions
// inside.
template <typename Prepare, typename Action>
std::string run_in_child(Prepare prepare, Action action) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        // Without the handlers of the test framework.
        for (const int one : {SIGABRT, SIGSEGV, SIGSYS}) std::signal(one, SIG_DFL);
        std::string text;
        try {
            text = prepare();
            if (text.empty()) text = action();
        } catch (const std::exception& thrown) {
            text = std::string("threw ") + thrown.what();
        }
        const auto written = ::write(ends[1], text.data(), text.size());
        ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);  // no leak check: it needs ptrace
    }
    ::close(ends[1]);
    std::string text;
    char piece[4096];
    for (ssize_t got; (got = ::read(ends[0], piece, sizeof piece)) > 0;)
        text.append(piece, static_cast<std::size_t>(got));
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) return "killed by " + std::string(::sigabbrev_np(WTERMSIG(status)));
    return text;
}

// Confines this process; the error, or an empty text.
inline std::string confine_self(const plugin::confinement& wanted) {
    const auto done = worker::confine(wanted);
    return done ? std::string() : "refused: " + done.error().why();
}

template <typename Action>
std::string run_confined(const plugin::confinement& wanted, Action action) {
    return run_in_child([&] { return confine_self(wanted); }, action);
}

// The warnings of a confinement, one per line.
inline std::string warnings_of(const plugin::confinement& wanted) {
    return run_in_child([] { return std::string(); },
                        [&] {
                            const auto done = worker::confine(wanted);
                            if (!done) return "refused: " + done.error().why();
                            std::string lines;
                            for (const auto& one : *done)
                                if (one.level == severity::warning) lines += one.sentence + '\n';
                            return lines;
                        });
}

// True after reporting the test case as not run.
inline bool lacks_landlock(unsigned version = 1) {
    if (worker::landlock::version() >= version) return false;
    not_run("this kernel has no Landlock of version " + std::to_string(version));
    return true;
}
inline bool lacks_a_plain_build() {
    if (is_sanitized) not_run("a sanitizer is built in");
    return is_sanitized;
}

// The confinement of a plugin without any granted permission.
inline plugin::confinement no_permissions() {
    plugin::confinement wanted;
    wanted.library = std::filesystem::path(TOOLRACK_BUILD) / "lib/toolrack/plugins/echo.so";
    return wanted;
}

}  // namespace toolrack::test
