// Preloaded into a server that runs under valgrind: version 3.19, which Debian 12 has, fails pidfd_open with ENOSYS.
//
// Replaces the two calls that host/base/child.cpp makes with a pidfd. syscall(SYS_pidfd_open) returns an eventfd, which
// a thread makes readable when the process ends; waitid(P_PIDFD) of such an eventfd waits for its process.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { descriptor_limit = 1024 };
static pid_t process_of[descriptor_limit];

typedef long syscall_function(long number, ...);

// Found at the first call, because constructors of other libraries may call syscall() before one of this library runs.
static syscall_function* libc_syscall(void) {
    static syscall_function* found;
    if (!found) *(void**)&found = dlsym(RTLD_NEXT, "syscall");
    return found;
}

static void* signal_end(void* argument) {
    const int event = (int)(intptr_t)argument;
    siginfo_t status;
    while (libc_syscall()(SYS_waitid, P_PID, process_of[event], &status, WEXITED | WNOWAIT, NULL) != 0 &&
           errno == EINTR) {
    }
    eventfd_write(event, 1);
    return NULL;
}

static int open_process(pid_t process) {
    const int event = eventfd(0, EFD_CLOEXEC);
    if (event < 0) return -1;
    if (event >= descriptor_limit) {
        close(event);
        errno = EMFILE;
        return -1;
    }
    process_of[event] = process;
    pthread_t thread;
    if ((errno = pthread_create(&thread, NULL, signal_end, (void*)(intptr_t)event)) != 0) {
        close(event);
        return -1;
    }
    pthread_detach(thread);
    return event;
}

__attribute__((visibility("default"))) long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long arguments[6];
    for (int i = 0; i < 6; ++i) arguments[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_pidfd_open) return open_process((pid_t)arguments[0]);
    return libc_syscall()(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

__attribute__((visibility("default"))) int waitid(idtype_t type, id_t id, siginfo_t* status, int options) {
    if (type == P_PIDFD) {
        type = P_PID;
        id = (id_t)process_of[id];
    }
    return (int)libc_syscall()(SYS_waitid, type, id, status, options, NULL);
}
