// Kernels that lack something, by filters that stand in for them.
#include <fcntl.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "captive.hpp"
#include "temporary_folder.hpp"
#include "worker/syscalls.hpp"

using namespace toolrack;
using namespace toolrack::test;

namespace {

// From here on the calls fail as on a kernel that has none of them.
std::string without(std::initializer_list<int> calls, int error) {
    const auto filter = seccomp_init(SCMP_ACT_ALLOW);
    for (const int call : calls) seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, 0);
    const int failed = seccomp_load(filter);
    seccomp_release(filter);
    return failed ? "cannot play an old kernel" : "";
}
std::string without_landlock() { return without({SCMP_SYS(landlock_create_ruleset)}, ENOSYS); }

// Such as containers forbid it.
std::string without_filters() { return without({SCMP_SYS(seccomp), SCMP_SYS(prctl)}, EINVAL); }

std::string warnings(const plugin::confinement& wanted) {
    const auto done = worker::confine(wanted);
    if (!done) return "refused: " + done.error().why();
    std::string lines;
    for (const auto& one : *done)
        if (one.kind == severity::warning) lines += one.sentence + '\n';
    return lines;
}

}  // namespace

TEST_CASE("without Landlock there is a warning, and the rest is put on") {
    CHECK(in_a_child(without_landlock, [] { return warnings(silence()); }) ==
          "this kernel has no Landlock, so it can reach every file that the server can\n");
    CHECK(in_a_child(without_landlock, [] {
              warnings(silence());
              return outcome(::socket(AF_INET, SOCK_STREAM, 0));
          }) == "EPERM");
}

TEST_CASE("without Landlock a sandbox that is required is a refusal") {
    auto wanted = silence();
    wanted.granted.required = true;
    CHECK(in_a_child(without_landlock, [&] { return warnings(wanted); }) ==
          "refused: this kernel has no Landlock, so it can reach every file that the server can, and its sandbox is "
          "required; run it on a kernel that has that, or remove required = true from its sandbox");
}

TEST_CASE("where privileges cannot be given up for good, nothing is run") {
    CHECK(in_a_child(without_filters, [] { return warnings(silence()); }) ==
          "refused: it cannot be kept from gaining privileges: Invalid argument");
}

TEST_CASE("where truncating cannot be confined, reading does not include it") {
    const temporary_folder folder;
    const auto file = folder.write("file", "x");
    const auto prepare = [] {
        const auto done = worker::allow_only({});
        return done ? std::string() : done.error().why();
    };
    const auto opened = [&](int how) {
        return in_a_child(prepare, [&] { return outcome(::open(file.c_str(), how)); });
    };
    CHECK(opened(O_RDONLY | O_TRUNC) == "EPERM");
    CHECK(in_a_child(prepare, [&] {
              return outcome(::syscall(SYS_open, file.c_str(), O_RDONLY | O_TRUNC));
          }) == "EPERM");
    CHECK(in_a_child(prepare, [&] { return outcome(::truncate(file.c_str(), 0)); }) == "EPERM");
    CHECK(bytes_of(file) == "x");
    CHECK(opened(O_RDONLY) == "done");
    CHECK(opened(O_RDWR | O_TRUNC) == "done");  // to which Landlock has the last word
    CHECK(opened(O_WRONLY | O_TRUNC) == "done");
}

TEST_CASE("where signals cannot be confined, granted processes have none for each other") {
    worker::allowed_calls wanted;
    wanted.processes = true;
    CHECK(in_a_child(
              [&] {
                  const auto done = worker::allow_only(wanted);
                  return done ? std::string() : done.error().why();
              },
              [] {
                  const pid_t child = ::fork();
                  if (child == 0) ::_exit(0);
                  const auto said = outcome(::kill(child, 0));
                  ::waitpid(child, nullptr, 0);
                  return said;
              }) == "EPERM");
}
