#include "worker/limits.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace toolrack::worker {
namespace {

// Sets the soft and the hard limit; never raises them.
result<void, complaint> set_limit(__rlimit_resource which, rlim_t to, const char* what) {
    rlimit now{};
    const auto errno_error = [what] {
        return complain("the limit of " + std::string(what) + " cannot be set: " + std::strerror(errno));
    };
    if (::getrlimit(which, &now) != 0) return errno_error();
    const rlim_t lower = std::min(to, now.rlim_max);
    now = {lower, lower};
    if (::setrlimit(which, &now) != 0) return errno_error();
    return {};
}

// The present use as RLIMIT_DATA counts it: private writable memory.
std::size_t data_size() {
    unsigned long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t thread_stack_size() {
    std::size_t size = 8u * 1024 * 1024;
    pthread_attr_t usual;
    if (pthread_getattr_default_np(&usual) == 0) {
        pthread_attr_getstacksize(&usual, &size);
        pthread_attr_destroy(&usual);
    }
    return size;
}

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
const bool memory_can_be_limited = false;
#else
const bool memory_can_be_limited = true;
#endif

result<void, complaint> apply(const limits& wanted) {
    if (auto done = set_limit(RLIMIT_CORE, 0, "core files"); !done) return done;
    if (auto done = set_limit(RLIMIT_NOFILE, wanted.descriptors, "descriptors"); !done) return done;
    if (!memory_can_be_limited) return {};
    // The main stack does not count as data either.
    if (auto done = set_limit(RLIMIT_STACK, thread_stack_size(), "the stack"); !done) return done;
    // Not RLIMIT_AS: it counts reserved memory, 64 MiB for the heap of each thread.
    return set_limit(RLIMIT_DATA, data_size() + wanted.memory + wanted.threads * thread_stack_size(), "memory");
}

}  // namespace toolrack::worker
