#include "worker/syscalls.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace toolrack::worker {
namespace {

// Allowed with any arguments. Calls that are neither here nor conditional below are forbidden, in particular those that
// Landlock does not restrict: changing modes, owners, times and attributes of files by path, and watching folders.
// clang-format off
constexpr int always[] = {
    // files, restricted by Landlock
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64),
    SCMP_SYS(preadv), SCMP_SYS(pwritev), SCMP_SYS(preadv2), SCMP_SYS(pwritev2), SCMP_SYS(creat), SCMP_SYS(close),
    SCMP_SYS(close_range), SCMP_SYS(lseek), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
    SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(getdents), SCMP_SYS(getdents64), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
    SCMP_SYS(chdir), SCMP_SYS(fchdir), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(symlink), SCMP_SYS(symlinkat),
    SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(sync_file_range), SCMP_SYS(fadvise64), SCMP_SYS(readahead), SCMP_SYS(flock), SCMP_SYS(umask),
    SCMP_SYS(sendfile), SCMP_SYS(splice), SCMP_SYS(tee), SCMP_SYS(copy_file_range),
    // descriptors
    SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(select),
    SCMP_SYS(pselect6), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(epoll_create), SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(eventfd),
    SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime),
    SCMP_SYS(signalfd), SCMP_SYS(signalfd4),
    // the inherited socket
    SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), SCMP_SYS(recvfrom),
    SCMP_SYS(shutdown), SCMP_SYS(getsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    // own memory
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(mincore),
    SCMP_SYS(msync), SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(munlock), SCMP_SYS(munlockall), SCMP_SYS(membarrier),
    SCMP_SYS(pkey_alloc), SCMP_SYS(pkey_free), SCMP_SYS(pkey_mprotect),
    // threads
    SCMP_SYS(futex), SCMP_SYS(futex_waitv), SCMP_SYS(set_robust_list), SCMP_SYS(get_robust_list),
    SCMP_SYS(set_tid_address), SCMP_SYS(rseq), SCMP_SYS(arch_prctl), SCMP_SYS(sched_yield), SCMP_SYS(getcpu),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_getattr),
    SCMP_SYS(sched_get_priority_max), SCMP_SYS(sched_get_priority_min), SCMP_SYS(sched_rr_get_interval),
    // information about the process
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getpgid), SCMP_SYS(getpgrp), SCMP_SYS(getsid),
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getresuid), SCMP_SYS(getresgid),
    SCMP_SYS(getgroups), SCMP_SYS(capget), SCMP_SYS(getpriority), SCMP_SYS(getrlimit), SCMP_SYS(setrlimit),
    SCMP_SYS(getrusage), SCMP_SYS(times), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrandom),
    // time
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(timer_create), SCMP_SYS(timer_settime), SCMP_SYS(timer_gettime),
    SCMP_SYS(timer_getoverrun), SCMP_SYS(timer_delete), SCMP_SYS(getitimer), SCMP_SYS(setitimer), SCMP_SYS(alarm),
    SCMP_SYS(pause),
    // received signals, exit
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigsuspend), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(exit), SCMP_SYS(exit_group),
    // further confinement
    SCMP_SYS(seccomp), SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule), SCMP_SYS(landlock_restrict_self)
};

constexpr int with_network[] = {
    SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(setsockopt),
    SCMP_SYS(sendto)};

// Without setsid and setpgid: child processes stay in the worker's process group and are killed with it.
constexpr int with_processes[] = {
    SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(setuid), SCMP_SYS(setgid),
    SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid)};

constexpr int signal_calls[] = {
    SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo)};

// Their arguments are behind a pointer, which a filter cannot read. C libraries have fallbacks.
constexpr int with_hidden_arguments[] = {SCMP_SYS(clone3), SCMP_SYS(openat2)};

// Without F_SETOWN and F_SETSIG, with which the kernel sends signals in our name.
constexpr int file_commands[] = {
    F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK,
    F_OFD_SETLK, F_OFD_SETLKW, F_GET_SEALS, F_GETPIPE_SZ, F_SETPIPE_SZ};

// Without TIOCSTI and TIOCLINUX, which inject input into a terminal.
constexpr std::uint64_t device_commands[] = {
    FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TCGETS, TIOCGWINSZ, FICLONE, FICLONERANGE};
constexpr std::uint64_t network_commands[] = {
    SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFBRDADDR, SIOCGIFNETMASK, SIOCGIFINDEX, SIOCGIFDSTADDR, SIOCGIFMTU,
    SIOCGIFNAME, TIOCOUTQ};

// Without PR_SET_DUMPABLE and PR_SET_PTRACER, which expose memory to other processes, and without PR_SET_PDEATHSIG, by
// which the kernel kills a worker when its server exits.
constexpr std::uint64_t process_commands[] = {
    PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_PDEATHSIG, PR_CAPBSET_READ, PR_GET_SECCOMP, PR_SET_NO_NEW_PRIVS,
    PR_GET_NO_NEW_PRIVS, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK, PR_SET_THP_DISABLE, PR_GET_THP_DISABLE,
    PR_GET_SPECULATION_CTRL, PR_SET_VMA};

constexpr std::uint64_t new_namespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
// clang-format on

// After the last call of libseccomp 2.5; with reserve for newer kernels.
constexpr int first_unknown = 451, last_unknown = 520;

// The kernel reads only 32 bits of these arguments, so the filter must ignore the others.
scmp_arg_cmp bits(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}
scmp_arg_cmp is(unsigned argument, std::uint64_t value) { return bits(argument, 0xffffffff, value & 0xffffffff); }
scmp_arg_cmp is_null(unsigned argument) { return {argument, SCMP_CMP_EQ, 0, 0}; }

class filter {
public:
    filter() : rules_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release) {
        if (!rules_) error_ = ENOMEM;
        keep(seccomp_attr_set(rules_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
        keep(seccomp_attr_set(rules_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));  // a tree
    }

    template <std::size_t Count>
    void allow(const int (&calls)[Count]) {
        for (const int call : calls) allow(call);
    }
    void allow(int call, std::initializer_list<scmp_arg_cmp> when = {}) { add(SCMP_ACT_ALLOW, call, when); }
    // Fails with ENOSYS.
    void deny_existence(int call) { add(SCMP_ACT_ERRNO(ENOSYS), call, {}); }

    // The first error of all functions, as an errno value.
    int load() {
        if (!error_) keep(seccomp_load(rules_.get()));
        return error_;
    }

private:
    void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> when) {
        if (call < 0) return;  // not on this architecture
        keep(seccomp_rule_add_array(rules_.get(), action, call, static_cast<unsigned>(when.size()), when.begin()));
    }
    void keep(int outcome) {
        if (outcome < 0 && !error_) error_ = -outcome;
    }

    std::unique_ptr<void, void (*)(scmp_filter_ctx)> rules_;
    int error_ = 0;
};

void allow_files(filter& to, const allowed_calls& wanted) {
    if (wanted.truncation_is_confined) {
        to.allow(SCMP_SYS(truncate));
        to.allow(SCMP_SYS(open));
        to.allow(SCMP_SYS(openat));
    } else {
        // Otherwise a file that is only readable could be truncated: O_RDONLY | O_TRUNC needs no write right in
        // Landlock.
        for (const int call : {SCMP_SYS(open), SCMP_SYS(openat)}) {
            const unsigned flags = call == SCMP_SYS(open) ? 1 : 2;
            to.allow(call, {bits(flags, O_TRUNC, 0)});
            to.allow(call, {bits(flags, O_TRUNC | O_ACCMODE, O_TRUNC | O_WRONLY)});
            to.allow(call, {bits(flags, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDWR)});
        }
    }
    // For copying files. fchmod needs no write right in Landlock, so: no mode that lets others write, no set-ID bits,
    // and not as root, who may change every file.
    if (::geteuid() != 0) to.allow(SCMP_SYS(fchmod), {bits(1, 07422, 0400)});
    to.allow(SCMP_SYS(utimensat), {is_null(1)});  // futimens()

    for (const int command : file_commands) to.allow(SCMP_SYS(fcntl), {is(1, static_cast<unsigned>(command))});
    for (const auto command : device_commands) to.allow(SCMP_SYS(ioctl), {is(1, command)});
}

void allow_memory(filter& to, const allowed_calls& wanted) {
    // The kernel counts memory that grows downwards as stack, outside of the memory limit. Without child processes,
    // shared anonymous memory would only evade it too.
    if (wanted.processes) return to.allow(SCMP_SYS(mmap), {bits(3, MAP_GROWSDOWN, 0)});
    to.allow(SCMP_SYS(mmap), {bits(3, MAP_GROWSDOWN | MAP_SHARED, 0)});
    to.allow(SCMP_SYS(mmap), {bits(3, MAP_GROWSDOWN | MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED)});
}

void allow_threads(filter& to, const allowed_calls& wanted) {
    to.allow(SCMP_SYS(clone), {bits(0, CLONE_THREAD | new_namespaces, CLONE_THREAD)});
    for (const int call : {SCMP_SYS(prlimit64), SCMP_SYS(sched_setaffinity)})
        to.allow(call, {is(0, 0)});  // the process itself
    for (const auto command : process_commands) to.allow(SCMP_SYS(prctl), {is(0, command)});
    to.allow(SCMP_SYS(personality), {is(0, 0xffffffff)});  // query

    if (wanted.processes) {
        to.allow(with_processes);
        to.allow(SCMP_SYS(clone), {bits(0, CLONE_THREAD | new_namespaces, 0)});
    }
    const auto itself = static_cast<std::uint64_t>(::getpid());
    for (const int call : signal_calls) {
        if (wanted.processes && wanted.signals_are_confined) to.allow(call);
        else to.allow(call, {is(0, itself)});
    }
}

void allow_sockets(filter& to, const allowed_calls& wanted) {
    // Without datagram sockets, whose ends can send to other addresses.
    for (const int type : {SOCK_STREAM, SOCK_SEQPACKET})
        to.allow(SCMP_SYS(socketpair), {is(0, AF_UNIX), bits(1, 0xf, static_cast<unsigned>(type))});
    if (!wanted.network) {
        to.allow(SCMP_SYS(sendto), {is_null(4)});
        return;
    }
    to.allow(with_network);
    for (const int type : {SOCK_STREAM, SOCK_DGRAM})
        for (const int family : {AF_INET, AF_INET6})
            to.allow(SCMP_SYS(socket),
                     {is(0, static_cast<unsigned>(family)), bits(1, 0xf, static_cast<unsigned>(type))});
    to.allow(SCMP_SYS(socket), {is(0, AF_NETLINK), is(2, NETLINK_ROUTE)});  // getifaddrs()
    for (const auto command : network_commands) to.allow(SCMP_SYS(ioctl), {is(1, command)});
}

}  // namespace

result<void, complaint> allow_only(const allowed_calls& wanted) {
    filter rules;
    rules.allow(always);
    allow_files(rules, wanted);
    allow_memory(rules, wanted);
    allow_threads(rules, wanted);
    allow_sockets(rules, wanted);
    for (const int call : with_hidden_arguments) rules.deny_existence(call);
    for (int call = first_unknown; call <= last_unknown; ++call) rules.deny_existence(call);
    if (const int error = rules.load()) return complain(std::strerror(error));
    return {};
}

}  // namespace toolrack::worker
