#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <new>
#include <thread>

#include "captive.hpp"

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

TEST_CASE("there are no core files, and not many descriptors") {
    CHECK(when_confined(silence(), [] { return limit_of(RLIMIT_CORE); }) == "0 0");
    CHECK(when_confined(silence(), [] { return limit_of(RLIMIT_NOFILE); }) == "1024 1024");
    CHECK(when_confined(silence(), [] {
              int most = 0;
              for (int got; (got = ::dup(0)) >= 0;) most = got;
              return std::to_string(most) + ' ' + outcome(-1);
          }) == "1023 EMFILE");
}

TEST_CASE("a limit cannot be raised again") {
    CHECK(when_confined(silence(), [] {
              const rlimit more{4096, 4096};
              return outcome(::setrlimit(RLIMIT_NOFILE, &more));
          }) == "EPERM");
}

TEST_CASE("too much memory is not given, and the process lives") {
    if (lacks_a_plain_build()) return;
    auto wanted = silence();
    wanted.granted.memory = 64 * mebibyte;
    const auto taken = [](std::size_t bytes) {
        return [bytes]() -> std::string {
            try {
                // Touched, as an honest hog does.
                std::string hog(bytes, 'x');
                return std::string("given ") + hog.back();
            } catch (const std::bad_alloc&) {
                return "not given";
            }
        };
    };
    CHECK(when_confined(wanted, taken(40 * mebibyte)) == "given x");
    CHECK(when_confined(wanted, taken(400 * mebibyte)) == "not given");
    CHECK(when_confined(wanted, [] {
              std::size_t count = 0;
              while (::mmap(nullptr, mebibyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                     MAP_FAILED)
                  ++count;
              return std::string(count < 120 ? "ends" : "goes on");
          }) == "ends");
}

TEST_CASE("the stacks of the lane are not the plugin's memory") {
    if (lacks_a_plain_build()) return;
    auto wanted = silence();
    wanted.granted.memory = 32 * mebibyte;
    wanted.threads = 16;
    CHECK(when_confined(wanted, []() -> std::string {
              std::vector<std::thread> all;
              for (int i = 0; i < 16; ++i) all.emplace_back([] {});
              for (auto& one : all) one.join();
              return "started";
          }) == "started");
}

TEST_CASE("root's powers are gone, for good") {
    CHECK(when_confined(silence(), []() -> std::string {
              __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
              __user_cap_data_struct has[2]{};
              if (::syscall(SYS_capget, &header, has) != 0) return "not known";
              for (const auto& part : has)
                  if (part.effective || part.permitted || part.inheritable) return "some left";
              return "none";
          }) == "none");
    CHECK(when_confined(silence(), [] { return std::to_string(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); }) == "1");
}

TEST_CASE("no other process of the user may look into its memory") {
    if (lacks_a_plain_build()) return;
    CHECK(when_confined(silence(), [] { return std::to_string(::prctl(PR_GET_DUMPABLE)); }) == "0");
}

TEST_CASE("a process with threads cannot be confined any more, and says so") {
    if (lacks_a_plain_build()) return;
    CHECK(in_a_child([] { return std::string(); },
                     [] {
                         std::thread([] { ::pause(); }).detach();
                         return confined(silence());
                     }) == "refused: the worker has more than one thread already, and cannot be confined");
}

TEST_CASE("a sandbox may be required where the kernel has all that it takes") {
    if (lacks_landlock()) return;
    auto wanted = silence();
    wanted.granted.required = true;
    CHECK(when_confined(wanted, [] { return std::string("runs"); }) == "runs");
}
