#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "captive.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using namespace toolrack::test;
namespace fs = std::filesystem;

namespace {

plugin::confinement with_processes() {
    auto wanted = silence();
    wanted.granted.processes = 4;
    return wanted;
}

std::string forked() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    return outcome(child);
}

// The exit status of a program, or why there is none.
std::string ran(std::vector<const char*> words) {
    words.push_back(nullptr);
    pid_t child = 0;
    const int error = ::posix_spawn(&child, words[0], nullptr, nullptr, const_cast<char**>(words.data()), nullptr);
    if (error) return ::strerrorname_np(error);
    int status = 0;
    ::waitpid(child, &status, 0);
    return std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

}  // namespace

TEST_CASE("threads work as ever") {
    CHECK(when_confined(silence(), [] {
              std::atomic<int> sum = 0;
              std::vector<std::thread> all;
              for (int i = 1; i <= 16; ++i) all.emplace_back([&sum, i] { sum += i; });
              for (auto& one : all) one.join();
              return std::to_string(sum);
          }) == "136");
}

TEST_CASE("what was put on holds in every thread") {
    CHECK(when_confined(silence(), [] {
              std::string said;
              std::thread([&] { said = outcome(::syscall(SYS_socket, 1, 1, 0)) + ' ' + forked(); }).join();
              return said;
          }) == "EPERM EPERM");
}

TEST_CASE("there are no new processes unless they were granted") {
    CHECK(when_confined(silence(), forked) == "EPERM");
    CHECK(when_confined(silence(), [] { return ran({"/bin/true"}); }) == "EPERM");
    CHECK(when_confined(silence(), [] { return outcome(::execl("/bin/true", "true", nullptr)); }) == "EPERM");
    CHECK(when_confined(silence(), [] {
              return outcome(::syscall(SYS_execveat, -1, "/bin/true", nullptr, nullptr, 0));
          }) == "EPERM");
    CHECK(when_confined(silence(), [] { return outcome(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }) == "EPERM");
#ifdef SYS_vfork
    CHECK(when_confined(silence(), [] { return outcome(::syscall(SYS_fork)); }) == "EPERM");
#endif
    // By a pointer to what it is to do, so that nobody can tell a thread from a process.
    CHECK(when_confined(silence(), [] { return outcome(::syscall(SYS_clone3, nullptr, 0)); }) == "ENOSYS");
}

TEST_CASE("granted processes run the system's programs, under the same rules") {
    CHECK(when_confined(with_processes(), forked) == "done");
    CHECK(when_confined(with_processes(), [] { return ran({"/bin/true"}); }) == "0");
    CHECK(when_confined(with_processes(), [] { return ran({"/bin/sh", "-c", "exit 7"}); }) == "7");
    CHECK(when_confined(with_processes(), [] { return outcome(::socket(AF_INET, SOCK_STREAM, 0)); }) == "EPERM");
    if (lacks_landlock()) return;
    const temporary_folder folder;
    const auto file = folder.write("file", "x");
    CHECK(when_confined(with_processes(), [&] {
              return ran({"/bin/sh", "-c", (": < " + file.string()).c_str()});
          }) != "0");
    CHECK(when_confined(with_processes(), [&] {
              return ran({"/bin/sh", "-c", (": > " + file.string()).c_str()});
          }) != "0");
    CHECK(bytes_of(file) == "x");
}

TEST_CASE("what may be written cannot be run") {
    if (lacks_landlock()) return;
    const temporary_folder folder;
    fs::copy_file("/bin/true", folder.path() / "mine");
    auto wanted = with_processes();
    wanted.granted.write = {folder.path()};
    CHECK(when_confined(wanted, [&] { return ran({(folder.path() / "mine").c_str()}); }) == "EACCES");
    wanted.granted = with_processes().granted;
    wanted.granted.read = {folder.path()};
    CHECK(when_confined(wanted, [&] { return ran({(folder.path() / "mine").c_str()}); }) == "0");
}

TEST_CASE("granted processes stay in the worker's group and in its namespaces") {
    for (const unsigned long flag :
         {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS})
        CHECK(when_confined(with_processes(), [flag] {
                  return outcome(::syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0));
              }) == "EPERM");
    CHECK(when_confined(with_processes(), [] { return outcome(::unshare(CLONE_NEWUSER)); }) == "EPERM");
    CHECK(when_confined(with_processes(), [] { return outcome(::setpgid(0, 0)); }) == "EPERM");
    CHECK(when_confined(with_processes(), [] { return outcome(::setsid()); }) == "EPERM");
}

TEST_CASE("a process signals itself, and nobody outside") {
    const pid_t outside = ::getpid();
    const auto signalled = [outside](const plugin::confinement& wanted) {
        return when_confined(wanted, [outside] { return outcome(::kill(outside, 0)); });
    };
    CHECK(signalled(silence()) == "EPERM");
    CHECK(when_confined(silence(), [] { return outcome(::kill(::getpid(), 0)); }) == "done");
    CHECK(when_confined(silence(), [] { return outcome(::kill(-1, 0)); }) == "EPERM");
    CHECK(when_confined(silence(), [] { return outcome(::kill(0, 0)); }) == "EPERM");
    CHECK(when_confined(silence(), [outside] { return outcome(::syscall(SYS_tkill, outside, 0)); }) == "EPERM");
    CHECK(when_confined(silence(), [outside] {
              return outcome(::syscall(SYS_tgkill, outside, outside, 0));
          }) == "EPERM");
    CHECK(signalled(with_processes()) == "EPERM");
    CHECK(when_confined(silence(), []() -> std::string { std::abort(); }) == "ended by ABRT");
    CHECK(when_confined(silence(), []() -> std::string {
              ::raise(SIGKILL);
              return "lives";
          }) == "ended by KILL");
}

TEST_CASE("a granted process can be ended by who started it, where the kernel can keep others out of that") {
    if (lacks_landlock(worker::landlock::confines_signals)) return;
    CHECK(when_confined(with_processes(), [] {
              const pid_t child = ::fork();
              if (child == 0) ::pause();
              const auto said = outcome(::kill(child, SIGKILL));
              int status = 0;
              ::waitpid(child, &status, 0);
              return said + (WIFSIGNALED(status) ? " ended" : " lives");
          }) == "done ended");
}

TEST_CASE("the files of another process in /proc cannot be opened") {
    if (lacks_landlock()) return;
    const auto parent = "/proc/" + std::to_string(::getpid()) + '/';
    for (const auto* what : {"environ", "mem", "maps", "cmdline", "fd", "root/etc/passwd", "cwd"}) {
        INFO(what);
        CHECK(when_confined(silence(), [&] { return outcome(::open((parent + what).c_str(), O_RDONLY)); }) == "EACCES");
    }
}

TEST_CASE("the maps of the own process can be read") {
    CHECK(when_confined(silence(), [] { return outcome(::open("/proc/self/maps", O_RDONLY)); }) == "done");
}
