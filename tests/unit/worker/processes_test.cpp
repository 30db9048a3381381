#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "confined_child.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using namespace toolrack::test;
namespace fs = std::filesystem;

namespace {

plugin::confinement with_processes() {
    auto wanted = no_permissions();
    wanted.granted.processes = 4;
    return wanted;
}

std::string forked() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    return outcome(child);
}

// The exit status of the program, or the error.
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

TEST_CASE("threads work") {
    CHECK(run_confined(no_permissions(), [] {
              std::atomic<int> sum = 0;
              std::vector<std::thread> all;
              for (int i = 1; i <= 16; ++i) all.emplace_back([&sum, i] { sum += i; });
              for (auto& one : all) one.join();
              return std::to_string(sum);
          }) == "136");
}

TEST_CASE("the confinement applies to every thread") {
    CHECK(run_confined(no_permissions(), [] {
              std::string text;
              std::thread([&] { text = outcome(::syscall(SYS_socket, 1, 1, 0)) + ' ' + forked(); }).join();
              return text;
          }) == "EPERM EPERM");
}

TEST_CASE("without permission no process can be created") {
    CHECK(run_confined(no_permissions(), forked) == "EPERM");
    CHECK(run_confined(no_permissions(), [] { return ran({"/bin/true"}); }) == "EPERM");
    CHECK(run_confined(no_permissions(), [] { return outcome(::execl("/bin/true", "true", nullptr)); }) == "EPERM");
    CHECK(run_confined(no_permissions(), [] {
              return outcome(::syscall(SYS_execveat, -1, "/bin/true", nullptr, nullptr, 0));
          }) == "EPERM");
    CHECK(run_confined(no_permissions(), [] { return outcome(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }) == "EPERM");
#ifdef SYS_vfork
    CHECK(run_confined(no_permissions(), [] { return outcome(::syscall(SYS_fork)); }) == "EPERM");
#endif
    // Its flags are behind a pointer, so a filter cannot distinguish threads from processes.
    CHECK(run_confined(no_permissions(), [] { return outcome(::syscall(SYS_clone3, nullptr, 0)); }) == "ENOSYS");
}

TEST_CASE("child processes can run system programs, under the same restrictions") {
    CHECK(run_confined(with_processes(), forked) == "done");
    CHECK(run_confined(with_processes(), [] { return ran({"/bin/true"}); }) == "0");
    CHECK(run_confined(with_processes(), [] { return ran({"/bin/sh", "-c", "exit 7"}); }) == "7");
    CHECK(run_confined(with_processes(), [] { return outcome(::socket(AF_INET, SOCK_STREAM, 0)); }) == "EPERM");
    if (lacks_landlock()) return;
    const temporary_folder folder;
    const auto file = folder.write("file", "x");
    CHECK(run_confined(with_processes(), [&] {
              return ran({"/bin/sh", "-c", (": < " + file.string()).c_str()});
          }) != "0");
    CHECK(run_confined(with_processes(), [&] {
              return ran({"/bin/sh", "-c", (": > " + file.string()).c_str()});
          }) != "0");
    CHECK(bytes_of(file) == "x");
}

TEST_CASE("a writable file cannot be executed") {
    if (lacks_landlock()) return;
    const temporary_folder folder;
    fs::copy_file("/bin/true", folder.path() / "mine");
    auto wanted = with_processes();
    wanted.granted.write = {folder.path()};
    CHECK(run_confined(wanted, [&] { return ran({(folder.path() / "mine").c_str()}); }) == "EACCES");
    wanted.granted = with_processes().granted;
    wanted.granted.read = {folder.path()};
    CHECK(run_confined(wanted, [&] { return ran({(folder.path() / "mine").c_str()}); }) == "0");
}

TEST_CASE("child processes stay in the worker's process group and namespaces") {
    for (const unsigned long flag :
         {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS})
        CHECK(run_confined(with_processes(),
                           [flag] { return outcome(::syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0)); }) == "EPERM");
    CHECK(run_confined(with_processes(), [] { return outcome(::unshare(CLONE_NEWUSER)); }) == "EPERM");
    CHECK(run_confined(with_processes(), [] { return outcome(::setpgid(0, 0)); }) == "EPERM");
    CHECK(run_confined(with_processes(), [] { return outcome(::setsid()); }) == "EPERM");
}

TEST_CASE("a process can signal only itself") {
    const pid_t outside = ::getpid();
    const auto signalled = [outside](const plugin::confinement& wanted) {
        return run_confined(wanted, [outside] { return outcome(::kill(outside, 0)); });
    };
    CHECK(signalled(no_permissions()) == "EPERM");
    CHECK(run_confined(no_permissions(), [] { return outcome(::kill(::getpid(), 0)); }) == "done");
    CHECK(run_confined(no_permissions(), [] { return outcome(::kill(-1, 0)); }) == "EPERM");
    CHECK(run_confined(no_permissions(), [] { return outcome(::kill(0, 0)); }) == "EPERM");
    CHECK(run_confined(no_permissions(), [outside] { return outcome(::syscall(SYS_tkill, outside, 0)); }) == "EPERM");
    CHECK(run_confined(no_permissions(), [outside] { return outcome(::syscall(SYS_tgkill, outside, outside, 0)); }) ==
          "EPERM");
    CHECK(signalled(with_processes()) == "EPERM");
    CHECK(run_confined(no_permissions(), []() -> std::string { std::abort(); }) == "killed by ABRT");
    CHECK(run_confined(no_permissions(), []() -> std::string {
              ::raise(SIGKILL);
              return "lives";
          }) == "killed by KILL");
}

TEST_CASE("a child process can be killed by its parent if the kernel can restrict signals") {
    if (lacks_landlock(worker::landlock::signals_since)) return;
    CHECK(run_confined(with_processes(), [] {
              const pid_t child = ::fork();
              if (child == 0) ::pause();
              const auto text = outcome(::kill(child, SIGKILL));
              int status = 0;
              ::waitpid(child, &status, 0);
              return text + (WIFSIGNALED(status) ? " killed" : " lives");
          }) == "done killed");
}

TEST_CASE("the files of other processes in /proc cannot be opened") {
    if (lacks_landlock()) return;
    const auto parent = "/proc/" + std::to_string(::getpid()) + '/';
    for (const auto* what : {"environ", "mem", "maps", "cmdline", "fd", "root/etc/passwd", "cwd"}) {
        INFO(what);
        CHECK(run_confined(no_permissions(), [&] { return outcome(::open((parent + what).c_str(), O_RDONLY)); }) ==
              "EACCES");
    }
}

TEST_CASE("the process can read its own maps") {
    CHECK(run_confined(no_permissions(), [] { return outcome(::open("/proc/self/maps", O_RDONLY)); }) == "done");
}
