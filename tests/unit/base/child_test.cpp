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
#include "temporary_folder.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct pipe_ends {
    pipe_ends() {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        ours.reset(ends[0]);
        theirs.reset(ends[1]);
    }
    // All that is written to it, once nobody has the other end.
    std::string read() {
        theirs.reset();
        std::string text;
        char piece[4096];
        for (;;) {
            const auto got = ::read(ours.get(), piece, sizeof piece);
            if (got <= 0) return text;
            text.append(piece, static_cast<std::size_t>(got));
        }
    }
    descriptor ours, theirs;
};

// A shell that answers on descriptor 3.
struct script {
    explicit script(const std::string& text, const std::vector<std::string>& more = {})
        : one(sh(), words(text, more), printed.theirs.get(), {answer.theirs.get()}) {}

    static const program& sh() {
        static const program shell("/bin/sh");
        return shell;
    }
    static std::vector<std::string> words(const std::string& text, const std::vector<std::string>& more) {
        std::vector<std::string> all{"-c", text};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    pipe_ends printed, answer;
    child one;
};

std::string answer_of(const std::string& text) { return script(text).answer.read(); }
child::ending ending_of(const std::string& text) { return script(text).one.wait(30s).value(); }

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

std::string read_line(const descriptor& from) {
    std::string line;
    for (char one = 0; ::read(from.get(), &one, 1) == 1 && one != '\n';) line += one;
    return line;
}

}  // namespace

TEST_CASE("the channel of a child and its output are separate") {
    script it("echo printed; echo also >&2; echo answered >&3");
    CHECK(it.answer.read() == "answered\n");
    CHECK(it.printed.read() == "printed\nalso\n");
    CHECK(it.one.wait(30s)->exit_status == 0);
    CHECK(it.one.wait(0s)->signal == 0);  // the same each time
}

TEST_CASE("a child gets its arguments unchanged") {
    script it("printf '%s\\n' \"$@\" >&3", {"name", "a b", "", "$HOME", "--x"});
    CHECK(lines_of(it.answer.read()) == std::vector<std::string>{"a b", "", "$HOME", "--x"});
}

TEST_CASE("the exit status or the signal of a child is reported") {
    CHECK(ending_of("exit 7").exit_status == 7);
    CHECK(ending_of("kill -SEGV $$").signal == SIGSEGV);
    CHECK(ending_of("kill -ABRT $$").signal == SIGABRT);
}

TEST_CASE("waiting for a child respects its time limit, and its end can be polled for") {
    script it("exec sleep 1000");
    CHECK_FALSE(it.one.wait(10ms));
    it.one.kill();
    CHECK(it.one.wait(30s)->signal == SIGKILL);
}

TEST_CASE("killing a child kills its process group") {
    script it("sleep 1000 & echo $! >&3; echo $$ >&3; wait");
    const auto first = read_line(it.answer.ours), second = read_line(it.answer.ours);
    REQUIRE(is_running(first));
    it.one.kill();
    CHECK(ends(first));
    CHECK(ends(second));
}

TEST_CASE("the process group of a child ends with the child") {
    script it("(exec 3>&-; exec sleep 1000) & echo $! >&3; exit 0");
    const auto left = read_line(it.answer.ours);
    CHECK(it.one.wait(30s)->exit_status == 0);
    CHECK(ends(left));
}

TEST_CASE("destroying a child kills it and leaves no zombie") {
    std::string pid;
    {
        script it("echo $$ >&3; sleep 1000");
        pid = read_line(it.answer.ours);
    }
    CHECK_FALSE(fs::exists("/proc/" + pid));
}

TEST_CASE("a child inherits only the given descriptors, and not that of its program") {
    std::vector<int> planted;  // without close-on-exec, as a careless library would open them
    for (int i = 0; i < 40; ++i) planted.push_back(::open("/dev/null", O_RDONLY));
    REQUIRE(planted.back() > 30);
    const auto said =
        answer_of("n=4; while [ $n -lt 200 ]; do [ -e /proc/$$/fd/$n ] && echo $n >&3; n=$((n+1)); done;"
                  "readlink /proc/$$/fd/0 >&3; [ /proc/$$/fd/1 -ef /proc/$$/fd/2 ] && echo printed >&3; pwd >&3");
    for (const int one : planted) ::close(one);
    CHECK(said == "/dev/null\nprinted\n/\n");
}

TEST_CASE("a given descriptor may have the number of its target") {
    // Each source on the number that the other one is to get.
    pipe_ends first, second;
    const descriptor low(::fcntl(first.theirs.get(), F_DUPFD_CLOEXEC, 3)),
        next(::fcntl(second.theirs.get(), F_DUPFD_CLOEXEC, 3));
    first.theirs.reset();
    second.theirs.reset();
    child one(script::sh(), {"-c", "echo first >&3; echo second >&4"}, low.get(), {low.get(), next.get()});
    CHECK(read_line(first.ours) == "first");
    CHECK(read_line(second.ours) == "second");
}

TEST_CASE("a child gets only the permitted environment") {
    ::setenv("TOOLRACK_TEST_SECRET", "canary", 1);
    ::setenv("LD_PRELOAD_CANARY", "canary", 1);
    ::setenv("TZ", "Europe/Vienna", 1);
    const auto said = answer_of("cat /proc/$$/environ | tr '\\0' '\\n' >&3");
    ::unsetenv("TOOLRACK_TEST_SECRET");
    ::unsetenv("LD_PRELOAD_CANARY");
    ::unsetenv("TZ");

    const std::set<std::string> allowed{"PATH",
                                        "HOME",
                                        "LANG",
                                        "LC_ALL",
                                        "TMPDIR",
                                        "TZ",
                                        "ASAN_OPTIONS",
                                        "UBSAN_OPTIONS",
                                        "LSAN_OPTIONS",
                                        "TSAN_OPTIONS"};
    CHECK(said.find("canary") == std::string::npos);
    const auto variables = lines_of(said);
    CHECK(std::count(variables.begin(), variables.end(), "TZ=Europe/Vienna") == 1);
    for (const auto& variable : variables) {
        CAPTURE(variable);
        CHECK(allowed.contains(variable.substr(0, variable.find('='))));
    }
}

TEST_CASE("a child does not inherit blocked signals") {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const auto ended = ending_of("kill -TERM $$; echo deaf >&3");
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    CHECK(ended.signal == SIGTERM);
}

TEST_CASE("a program that is opened is the one that is started after a replacement of its file") {
    test::temporary_folder folder;
    const auto file = folder.path() / "program";
    fs::copy_file("/bin/sh", file);
    const program held(file.string());
    fs::remove(file);
    fs::copy_file("/bin/false", file);
    pipe_ends printed, answer;
    child one(held, {"-c", "echo old >&3"}, printed.theirs.get(), {answer.theirs.get()});
    CHECK(answer.read() == "old\n");
}

TEST_CASE("the error for a program that cannot be started names it with the reason") {
    try {
        program("/nowhere/to/be/found");
        FAIL("it is there");
    } catch (const failure& wrong) {
        CHECK(wrong.what() == std::string("Cannot start /nowhere/to/be/found: No such file or directory."));
        CHECK(wrong.code() == exit_code::software);
    }
    test::temporary_folder folder;
    const program text(folder.write("text", "no program at all").string());
    CHECK_THROWS_AS(child(text, {}, STDERR_FILENO, {}), failure);
}
