#include <fcntl.h>
#include <linux/capability.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <csignal>
#include <utility>

#include "confined_child.hpp"

using namespace toolrack;
using namespace toolrack::test;

namespace {

// Every permission that can be granted.
plugin::confinement all_permissions() {
    auto wanted = no_permissions();
    wanted.granted.network = true;
    wanted.granted.processes = 4;
    wanted.granted.read = {"/"};
    wanted.granted.write = {"/tmp"};
    return wanted;
}

struct call {
    const char* name;
    long number;
    long first = 0, second = 0, third = 0, fourth = 0;
};

std::string called(const plugin::confinement& wanted, const call& one) {
    return run_confined(wanted,
                        [&] { return outcome(::syscall(one.number, one.first, one.second, one.third, one.fourth)); });
}

}  // namespace

TEST_CASE("dangerous system calls are forbidden with any permissions") {
    const long us = ::getpid();
    const call forbidden[] = {
        {"ptrace", SYS_ptrace, 16 /* attach */, us},
        {"process_vm_readv", SYS_process_vm_readv, us},
        {"process_vm_writev", SYS_process_vm_writev, us},
        {"kcmp", SYS_kcmp, us, us},
        {"pidfd_open", SYS_pidfd_open, us},
        {"pidfd_getfd", SYS_pidfd_getfd, -1},
        {"process_madvise", SYS_process_madvise, -1},
        {"mount", SYS_mount},
        {"umount2", SYS_umount2},
        {"pivot_root", SYS_pivot_root},
        {"chroot", SYS_chroot},
        {"open_tree", SYS_open_tree, -1},
        {"fsopen", SYS_fsopen},
        {"unshare", SYS_unshare, 0x10000000},
        {"setns", SYS_setns, -1},
        {"bpf", SYS_bpf},
        {"perf_event_open", SYS_perf_event_open},
        {"userfaultfd", SYS_userfaultfd},
        {"io_uring_setup", SYS_io_uring_setup, 1},
        {"io_uring_enter", SYS_io_uring_enter, -1},
        {"io_uring_register", SYS_io_uring_register, -1},
        {"keyctl", SYS_keyctl},
        {"add_key", SYS_add_key},
        {"request_key", SYS_request_key},
        {"init_module", SYS_init_module},
        {"finit_module", SYS_finit_module, -1},
        {"delete_module", SYS_delete_module},
        {"reboot", SYS_reboot, 0},
        {"kexec_load", SYS_kexec_load},
        {"swapon", SYS_swapon},
        {"acct", SYS_acct},
        {"quotactl", SYS_quotactl},
        {"syslog", SYS_syslog, 3},
        {"sethostname", SYS_sethostname},
        {"settimeofday", SYS_settimeofday},
        {"clock_settime", SYS_clock_settime},
        {"adjtimex", SYS_adjtimex},
        {"name_to_handle_at", SYS_name_to_handle_at, -1},
        {"open_by_handle_at", SYS_open_by_handle_at, -1},
        {"fanotify_init", SYS_fanotify_init},
        {"inotify_init1", SYS_inotify_init1},  // its watches are not restricted by Landlock
        {"inotify_add_watch", SYS_inotify_add_watch, -1},
        {"setxattr", SYS_setxattr},
        {"fsetxattr", SYS_fsetxattr, -1},
        {"mknodat", SYS_mknodat, AT_FDCWD},
        {"shmget", SYS_shmget, 0, 4096, 0666 | 01000},
        {"msgget", SYS_msgget, 0, 0666 | 01000},
        {"semget", SYS_semget, 0, 1, 0666 | 01000},
        {"mq_open", SYS_mq_open},
        {"memfd_create", SYS_memfd_create, 0, 0},  // memory that no limit counts
        {"setpriority", SYS_setpriority, PRIO_USER},
        {"ioprio_set", SYS_ioprio_set, 3},
        {"sched_setscheduler", SYS_sched_setscheduler, us},
        {"sched_setaffinity of another", SYS_sched_setaffinity, us},
        {"migrate_pages", SYS_migrate_pages, us},
        {"move_pages", SYS_move_pages, us},
        {"prlimit64 of another", SYS_prlimit64, us, RLIMIT_NOFILE},
        {"personality", SYS_personality, ADDR_NO_RANDOMIZE},
        {"pidfd_send_signal", SYS_pidfd_send_signal, -1},
        {"tkill", SYS_tkill, us},
        {"prctl PR_SET_DUMPABLE", SYS_prctl, PR_SET_DUMPABLE, 1},
        {"prctl PR_SET_PTRACER", SYS_prctl, PR_SET_PTRACER, -1},
        {"prctl PR_SET_PDEATHSIG", SYS_prctl, PR_SET_PDEATHSIG, 0},
        {"fcntl F_SETOWN", SYS_fcntl, 0, F_SETOWN, us},
        {"fcntl F_SETSIG", SYS_fcntl, 0, 10, SIGKILL},
        {"ioctl TIOCSTI", SYS_ioctl, 0, TIOCSTI},
        {"ioctl TIOCSTI with more bits than the kernel reads", SYS_ioctl, 0, TIOCSTI | (1L << 32)},
        {"ioctl TIOCLINUX", SYS_ioctl, 0, 0x541c},
        {"ioctl FIOSETOWN", SYS_ioctl, 0, 0x8901},
#ifdef __x86_64__
        {"iopl", SYS_iopl, 3},
        {"ioperm", SYS_ioperm},
        {"modify_ldt", SYS_modify_ldt},
        {"chmod", SYS_chmod},
        {"utimes", SYS_utimes},
#endif
    };
    for (const auto& one : forbidden) {
        INFO(one.name);
        CHECK(called(all_permissions(), one) == "EPERM");
    }
}

TEST_CASE("system calls with hidden arguments, and those newer than the list, fail with ENOSYS") {
    for (const call& one : {call{"clone3", SYS_clone3},
                            call{"openat2", SYS_openat2, -1},
                            call{"cachestat", 451},
                            call{"fchmodat2", 452, AT_FDCWD},
                            call{"a future call", 500}}) {
        INFO(one.name);
        CHECK(called(all_permissions(), one) == "ENOSYS");
    }
}

#ifdef __x86_64__
TEST_CASE("system calls of another architecture kill the process") {
    // getpid of i386 has the number of writev here: a filter must check the architecture.
    const auto getpid_of_i386 = []() -> std::string {
        long returned = 20;
        asm volatile("int $0x80" : "+a"(returned) : : "memory", "r8", "r9", "r10", "r11");
        return "continued";
    };
    // A kernel without 32-bit emulation kills the process with SIGSEGV before any filter runs.
    const auto unconfined = run_in_child([] { return std::string(); }, getpid_of_i386);
    const bool is_emulated = unconfined == "continued";
    CHECK(unconfined == (is_emulated ? "continued" : "killed by SEGV"));
    CHECK(run_confined(all_permissions(), getpid_of_i386) == (is_emulated ? "killed by SYS" : "killed by SEGV"));
    CHECK(run_confined(all_permissions(), []() -> std::string {
              ::syscall(0x40000000 | SYS_getpid);
              return "continued";
          }) == "killed by SYS");
}
#endif

TEST_CASE("common system calls are allowed") {
    CHECK(run_confined(no_permissions(), []() -> std::string {
              const int event = ::eventfd(0, EFD_CLOEXEC);
              if (event < 0 || ::fcntl(event, F_SETFL, O_NONBLOCK) != 0) return "no event";
              int waiting = 0;
              if (::ioctl(0, FIONREAD, &waiting) != 0 && errno == EPERM) return "no ioctl";
              if (::prctl(PR_SET_NAME, "plugin") != 0) return "no name";
              rlimit limit{};
              if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return "no limit";
              if (::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
                  return "no memory";
              return "all";
          }) == "all");
}

TEST_CASE("memory that grows downwards is refused, because it does not count as data") {
    const auto growing = [] {
        return outcome(reinterpret_cast<std::intptr_t>(::mmap(
            nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_STACK, -1, 0)));
    };
    CHECK(run_confined(no_permissions(), growing) == "EPERM");
    CHECK(run_confined(all_permissions(), growing) == "EPERM");
}

TEST_CASE("shared anonymous memory needs the permission for processes") {
    const auto shared = [] {
        return outcome(reinterpret_cast<std::intptr_t>(
            ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)));
    };
    CHECK(run_confined(no_permissions(), shared) == "EPERM");
    CHECK(run_confined(all_permissions(), shared) == "done");  // shared with child processes
}
