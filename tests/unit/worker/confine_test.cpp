#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <new>
#include <thread>

#include "confined_child.hpp"

using namespace toolrack;
using namespace toolrack::test;

namespace {

std::string limit_of(__rlimit_resource which) {
    rlimit now{};
    ::getrlimit(which, &now);
    return std::to_string(now.rlim_cur) + ' ' + std::to_string(now.rlim_max);
}

constexpr std::size_t mebibyte = 1024 * 1024;

}  // namespace

TEST_CASE("core files are disabled and descriptors are limited") {
    CHECK(run_confined(no_permissions(), [] { return limit_of(RLIMIT_CORE); }) == "0 0");
    CHECK(run_confined(no_permissions(), [] { return limit_of(RLIMIT_NOFILE); }) == "1024 1024");
    CHECK(run_confined(no_permissions(), [] {
              int most = 0;
              for (int got; (got = ::dup(0)) >= 0;) most = got;
              return std::to_string(most) + ' ' + outcome(-1);
          }) == "1023 EMFILE");
}

TEST_CASE("a limit cannot be raised") {
    CHECK(run_confined(no_permissions(), [] {
              const rlimit more{4096, 4096};
              return outcome(::setrlimit(RLIMIT_NOFILE, &more));
          }) == "EPERM");
}

TEST_CASE("an allocation beyond the memory limit fails, and the process continues") {
    if (lacks_a_plain_build()) return;
    auto wanted = no_permissions();
    wanted.granted.memory = 64 * mebibyte;
    const auto taken = [](std::size_t bytes) {
        return [bytes]() -> std::string {
            try {
                // Writes to the memory.
                std::string block(bytes, 'x');
                return std::string("allocated ") + block.back();
            } catch (const std::bad_alloc&) {
                return "bad_alloc";
            }
        };
    };
    CHECK(run_confined(wanted, taken(40 * mebibyte)) == "allocated x");
    CHECK(run_confined(wanted, taken(400 * mebibyte)) == "bad_alloc");
    CHECK(run_confined(wanted, [] {
              std::size_t count = 0;
              while (::mmap(nullptr, mebibyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                     MAP_FAILED)
                  ++count;
              return std::string(count < 120 ? "ends" : "goes on");
          }) == "ends");
}

TEST_CASE("the stacks of the lane do not count as the plugin's memory") {
    if (lacks_a_plain_build()) return;
    auto wanted = no_permissions();
    wanted.granted.memory = 32 * mebibyte;
    wanted.threads = 16;
    CHECK(run_confined(wanted, []() -> std::string {
              std::vector<std::thread> all;
              for (int i = 0; i < 16; ++i) all.emplace_back([] {});
              for (auto& one : all) one.join();
              return "started";
          }) == "started");
}

TEST_CASE("all capabilities are dropped, and no_new_privs is set") {
    CHECK(run_confined(no_permissions(), []() -> std::string {
              __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
              __user_cap_data_struct has[2]{};
              if (::syscall(SYS_capget, &header, has) != 0) return "not known";
              for (const auto& part : has)
                  if (part.effective || part.permitted || part.inheritable) return "some left";
              return "none";
          }) == "none");
    CHECK(run_confined(no_permissions(), [] { return std::to_string(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); }) ==
          "1");
}

TEST_CASE("the process is not dumpable") {
    if (lacks_a_plain_build()) return;
    CHECK(run_confined(no_permissions(), [] { return std::to_string(::prctl(PR_GET_DUMPABLE)); }) == "0");
}

TEST_CASE("a process with several threads cannot be confined") {
    if (lacks_a_plain_build()) return;
    CHECK(run_in_child([] { return std::string(); },
                       [] {
                           std::thread([] { ::pause(); }).detach();
                           return confine_self(no_permissions());
                       }) == "refused: the worker cannot be confined, because it already has several threads");
}

TEST_CASE("a required sandbox works on a kernel with all features") {
    if (lacks_landlock()) return;
    auto wanted = no_permissions();
    wanted.granted.required = true;
    CHECK(run_confined(wanted, [] { return std::string("runs"); }) == "runs");
}
