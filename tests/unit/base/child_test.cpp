#include "base/child.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

child_answer run_script(const std::string& script,
                        std::chrono::milliseconds time_limit = 30s,
                        std::size_t most = 1 << 20) {
    return run_child("/bin/sh", {"-c", script}, time_limit, most);
}

// Whether a process runs: one that has ended and was not waited for does not.
bool is_running(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string about;
    if (!std::getline(file, about)) return false;
    const auto state = about.at(about.rfind(')') + 2);
    return state != 'Z' && state != 'X';
}

// A killed process takes a moment to be gone.
bool ends(const std::string& pid) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (is_running(pid)) {
        if (std::chrono::steady_clock::now() > limit) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace

TEST_CASE("a child answers on descriptor 3, and what it prints is not part of it") {
    const auto answer = run_script("echo printed; echo answered >&3");
    CHECK(answer.text == "answered\n");
    CHECK(answer.exit_status == 0);
    CHECK(answer.signal == 0);
    CHECK_FALSE(answer.timed_out);
    CHECK_FALSE(answer.too_long);
}

TEST_CASE("a child gets its arguments as they are") {
    const auto answer = run_child("/bin/sh", {"-c", "printf '%s\\n' \"$@\" >&3", "name", "a b", "", "$HOME", "--x"},
                                  30s, 1000);
    CHECK(lines_of(answer.text) == std::vector<std::string>{"a b", "", "$HOME", "--x"});
}

TEST_CASE("how a child ended is told") {
    CHECK(run_script("exit 7").exit_status == 7);
    CHECK(run_script("kill -SEGV $$").signal == SIGSEGV);
    CHECK(run_script("echo so far >&3; kill -ABRT $$").text == "so far\n");
}

TEST_CASE("a child that takes too long is killed, and everything it started") {
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = run_script("sleep 1000 & echo $! >&3; echo $$ >&3; wait", 300ms);
    CHECK(answer.timed_out);
    CHECK(answer.signal == 0);  // it was us
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
    const auto pids = lines_of(answer.text);
    REQUIRE(pids.size() == 2);
    CHECK(ends(pids[0]));
    CHECK(ends(pids[1]));
}

TEST_CASE("a child that answered and then hangs is killed, too") {
    const auto answer = run_script("echo $$ >&3; exec 3>&-; sleep 1000", 300ms);
    CHECK(answer.timed_out);
    REQUIRE(lines_of(answer.text).size() == 1);
    CHECK(ends(lines_of(answer.text)[0]));
}

TEST_CASE("what a child leaves behind in its group ends with it") {
    const auto answer = run_script("(exec 3>&-; exec sleep 1000) & echo $! >&3; exit 0");
    CHECK_FALSE(answer.timed_out);
    CHECK(answer.exit_status == 0);
    REQUIRE(lines_of(answer.text).size() == 1);
    CHECK(ends(lines_of(answer.text)[0]));
}

TEST_CASE("a child that says too much is stopped, and what it said is cut") {
    const auto answer = run_script("while :; do echo aaaaaaaaaaaaaaaaaaaa >&3; done", 30s, 1000);
    CHECK(answer.too_long);
    CHECK_FALSE(answer.timed_out);
    CHECK(answer.text.size() == 1000);
}

TEST_CASE("a child may say exactly as much as is allowed") {
    const auto answer = run_script("printf 0123456789 >&3", 30s, 10);
    CHECK_FALSE(answer.too_long);
    CHECK(answer.text == "0123456789");
}

TEST_CASE("a child inherits no descriptor") {
    std::vector<int> planted;  // without close-on-exec, as a careless library would open them
    for (int i = 0; i < 40; ++i) planted.push_back(::open("/dev/null", O_RDONLY));
    REQUIRE(planted.back() > 30);
    const auto answer = run_script(
        "n=4; while [ $n -lt 200 ]; do [ -e /proc/$$/fd/$n ] && echo $n >&3; n=$((n+1)); done;"
        "in=$(readlink /proc/$$/fd/0); out=$(readlink /proc/$$/fd/1); echo $in $out >&3");
    for (const int one : planted) ::close(one);
    CHECK(answer.text == "/dev/null /dev/null\n");
}

TEST_CASE("a child sees only the environment that it may") {
    ::setenv("TOOLRACK_TEST_SECRET", "canary", 1);
    ::setenv("LD_PRELOAD_CANARY", "canary", 1);
    ::setenv("TZ", "Europe/Vienna", 1);
    const auto answer = run_script("cat /proc/$$/environ | tr '\\0' '\\n' >&3");
    ::unsetenv("TOOLRACK_TEST_SECRET");
    ::unsetenv("LD_PRELOAD_CANARY");
    ::unsetenv("TZ");

    const std::set<std::string> allowed{"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ",
                                        "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"};
    CHECK(answer.text.find("canary") == std::string::npos);
    const auto variables = lines_of(answer.text);
    CHECK(std::count(variables.begin(), variables.end(), "TZ=Europe/Vienna") == 1);
    for (const auto& variable : variables) {
        CAPTURE(variable);
        CHECK(allowed.contains(variable.substr(0, variable.find('='))));
    }
}

TEST_CASE("a child hears signals although its parent does not") {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const auto answer = run_script("kill -TERM $$; echo deaf >&3");
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    CHECK(answer.signal == SIGTERM);
    CHECK(answer.text.empty());
}

TEST_CASE("a program that cannot be started is named with the reason") {
    try {
        run_child("/nowhere/to/be/found", {}, 1s, 10);
        FAIL("it was started");
    } catch (const failure& wrong) {
        CHECK(wrong.what() == std::string("Cannot start /nowhere/to/be/found: No such file or directory."));
        CHECK(wrong.code() == exit_code::software);
    }
}
