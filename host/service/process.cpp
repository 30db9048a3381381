#include "service/process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace toolrack::service {

void keep_memory_private() {
#if !defined(__SANITIZE_ADDRESS__)  // whose leak check is a debugger of this process
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

// Only the soft limit is ours to raise. It is low by default for the sake of select(2), which breaks with
// descriptors above 1023 and which nothing here uses.
void allow_open_files(std::size_t connections, log& log) {
    constexpr std::size_t for_all_else = 256;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    (void)::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= connections + for_all_else) return;
    log.warning("limits.connections is {}, but only {} files may be open at once: whoever comes beyond that is turned "
                "away. Raise the limit (LimitNOFILE= under systemd, else ulimit -Hn), or lower limits.connections.",
                connections, limit.rlim_cur);
}

}  // namespace toolrack::service
