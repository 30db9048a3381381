#include "service/process_limits.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace toolrack::service {

void forbid_memory_dumps() {
#if !defined(__SANITIZE_ADDRESS__)  // its leak check attaches to this process as a debugger
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

// The soft limit is low by default because select(2) breaks with descriptors above 1023. Nothing here uses select.
void raise_open_files_limit(std::size_t connections, log& log) {
    constexpr std::size_t other_files = 256;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    (void)::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= connections + other_files) return;
    log.warning("limits.connections is {}, but this process may open only {} files: further connections are refused. "
                "Raise the limit (LimitNOFILE= under systemd, else ulimit -Hn), or lower limits.connections.",
                connections,
                limit.rlim_cur);
}

}  // namespace toolrack::service
