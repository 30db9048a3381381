// Kernels without a feature, imitated by seccomp filters.
#include <fcntl.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "confined_child.hpp"
#include "temporary_folder.hpp"
#include "worker/syscalls.hpp"

using namespace toolrack;
using namespace toolrack::test;

namespace {

// The calls fail from now on, as on a kernel without them.
std::string without(std::initializer_list<int> calls, int error) {
    const auto filter = seccomp_init(SCMP_ACT_ALLOW);
    for (const int call : calls) seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, 0);
    const int failed = seccomp_load(filter);
    seccomp_release(filter);
    return failed ? "cannot load the filter" : "";
}
std::string without_landlock() { return without({SCMP_SYS(landlock_create_ruleset)}, ENOSYS); }

// As in containers that forbid it.
std::string without_filters() { return without({SCMP_SYS(seccomp), SCMP_SYS(prctl)}, EINVAL); }

std::string warnings(const plugin::confinement& wanted) {
    const auto done = worker::confine(wanted);
    if (!done) return "refused: " + done.error().why();
    std::string lines;
    for (const auto& one : *done)
        if (one.level == severity::warning) lines += one.sentence + '\n';
    return lines;
}

}  // namespace

TEST_CASE("without Landlock there is a warning, and the other restrictions apply") {
    CHECK(run_in_child(without_landlock, [] { return warnings(no_permissions()); }) ==
          "this kernel has no Landlock, so it has the server's access to files\n");
    CHECK(run_in_child(without_landlock, [] {
              warnings(no_permissions());
              return outcome(::socket(AF_INET, SOCK_STREAM, 0));
          }) == "EPERM");
}

TEST_CASE("without Landlock a required sandbox is an error") {
    auto wanted = no_permissions();
    wanted.granted.required = true;
    CHECK(run_in_child(without_landlock, [&] { return warnings(wanted); }) ==
          "refused: this kernel has no Landlock, so it has the server's access to files, and its sandbox is required; "
          "use a newer kernel or remove required = true from its sandbox");
}

TEST_CASE("without no_new_privs the confinement fails") {
    CHECK(run_in_child(without_filters, [] { return warnings(no_permissions()); }) ==
          "refused: no_new_privs cannot be set: Invalid argument");
}

TEST_CASE("without Landlock's truncation right, readable files cannot be truncated") {
    const temporary_folder folder;
    const auto file = folder.write("file", "x");
    const auto prepare = [] {
        const auto done = worker::allow_only({});
        return done ? std::string() : done.error().why();
    };
    const auto opened = [&](int how) {
        return run_in_child(prepare, [&] { return outcome(::open(file.c_str(), how)); });
    };
    CHECK(opened(O_RDONLY | O_TRUNC) == "EPERM");
    CHECK(run_in_child(prepare, [&] { return outcome(::syscall(SYS_open, file.c_str(), O_RDONLY | O_TRUNC)); }) ==
          "EPERM");
    CHECK(run_in_child(prepare, [&] { return outcome(::truncate(file.c_str(), 0)); }) == "EPERM");
    CHECK(bytes_of(file) == "x");
    CHECK(opened(O_RDONLY) == "done");
    CHECK(opened(O_RDWR | O_TRUNC) == "done");  // restricted by Landlock
    CHECK(opened(O_WRONLY | O_TRUNC) == "done");
}

TEST_CASE("without Landlock's signal scope, child processes cannot be signalled") {
    worker::allowed_calls wanted;
    wanted.processes = true;
    CHECK(run_in_child(
              [&] {
                  const auto done = worker::allow_only(wanted);
                  return done ? std::string() : done.error().why();
              },
              [] {
                  const pid_t child = ::fork();
                  if (child == 0) ::_exit(0);
                  const auto text = outcome(::kill(child, 0));
                  ::waitpid(child, nullptr, 0);
                  return text;
              }) == "EPERM");
}
