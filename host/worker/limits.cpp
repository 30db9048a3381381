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

// Lower than it was or the same, hard and soft.
result<void, complaint> limit(__rlimit_resource which, rlim_t to, const char* what) {
    rlimit now{};
    const auto because = [what] { return complain(std::string(what) + " cannot be limited: " + std::strerror(errno)); };
    if (::getrlimit(which, &now) != 0) return because();
    const rlim_t lower = std::min(to, now.rlim_max);
    now = {lower, lower};
    if (::setrlimit(which, &now) != 0) return because();
    return {};
}

// Of what counts for RLIMIT_DATA: private memory that can be written to.
std::size_t memory_held() {
    unsigned long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t stack_of_a_thread() {
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

result<void, complaint> put_on(const limits& wanted) {
    if (auto done = limit(RLIMIT_CORE, 0, "core files"); !done) return done;
    if (auto done = limit(RLIMIT_NOFILE, wanted.descriptors, "descriptors"); !done) return done;
    if (!memory_can_be_limited) return {};
    // Not RLIMIT_AS: it counts what is only reserved, of which each thread's heap alone is 64 MiB.
    return limit(RLIMIT_DATA, memory_held() + wanted.memory + wanted.threads * stack_of_a_thread(), "memory");
}

}  // namespace toolrack::worker
