// A forked child that is confined for real, does one thing, and tells how that went.
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

// "done", or the name of what went wrong: "EPERM".
template <typename Number>
std::string outcome(Number returned) {
    return returned == static_cast<Number>(-1) ? ::strerrorname_np(errno) : "done";
}

// What `deed` says, done in a child of this process after `prepare` was. No test may be asserted in there.
template <typename Prepare, typename Deed>
std::string in_a_child(Prepare prepare, Deed deed) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        // Not as the test program would end by them, with a report of its own.
        for (const int one : {SIGABRT, SIGSEGV, SIGSYS}) std::signal(one, SIG_DFL);
        std::string said;
        try {
            said = prepare();
            if (said.empty()) said = deed();
        } catch (const std::exception& thrown) {
            said = std::string("threw ") + thrown.what();
        }
        const auto written = ::write(ends[1], said.data(), said.size());
        ::_exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);  // no leak check: it would need a debugger
    }
    ::close(ends[1]);
    std::string said;
    char piece[4096];
    for (ssize_t got; (got = ::read(ends[0], piece, sizeof piece)) > 0;)
        said.append(piece, static_cast<std::size_t>(got));
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) return "ended by " + std::string(::sigabbrev_np(WTERMSIG(status)));
    return said;
}

// Why the child may not go on, else nothing.
inline std::string confined(const plugin::confinement& wanted) {
    const auto done = worker::confine(wanted);
    return done ? std::string() : "refused: " + done.error().why();
}

template <typename Deed>
std::string when_confined(const plugin::confinement& wanted, Deed deed) {
    return in_a_child([&] { return confined(wanted); }, deed);
}

// What could not be had, line by line.
inline std::string shortfalls_of(const plugin::confinement& wanted) {
    return in_a_child([] { return std::string(); },
                      [&] {
                          const auto done = worker::confine(wanted);
                          if (!done) return "refused: " + done.error().why();
                          std::string lines;
                          for (const auto& one : *done)
                              if (one.kind == severity::warning) lines += one.sentence + '\n';
                          return lines;
                      });
}

// Report the test case as not run.
inline bool lacks_landlock(unsigned version = 1) {
    if (worker::landlock::version() >= version) return false;
    not_run("this kernel has no Landlock of version " + std::to_string(version));
    return true;
}
inline bool lacks_a_plain_build() {
    if (is_sanitized) not_run("a sanitizer is built in");
    return is_sanitized;
}

// Nothing but what silence grants.
inline plugin::confinement silence() {
    plugin::confinement wanted;
    wanted.library = std::filesystem::path(TOOLRACK_BUILD) / "lib/toolrack/plugins/echo.so";
    return wanted;
}

}  // namespace toolrack::test
