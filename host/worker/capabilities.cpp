#include "worker/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace toolrack::worker {

result<void, complaint> drop_capabilities() {
    const auto errno_error = [](const std::string& what) { return complain(what + ": " + std::strerror(errno)); };

    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno_error("no_new_privs cannot be set");

    // Until the kernel has no further one. EPERM: a process without CAP_SETPCAP has no capabilities to lose.
    for (unsigned long one = 0; ::prctl(PR_CAPBSET_READ, one, 0, 0, 0) >= 0; ++one)
        if (::prctl(PR_CAPBSET_DROP, one, 0, 0, 0) != 0 && errno != EPERM)
            return errno_error("the capability bounding set cannot be cleared");
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
        return errno_error("the ambient capabilities cannot be cleared");

    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
    if (::syscall(SYS_capset, &header, none) != 0) return errno_error("the capabilities cannot be dropped");
    return {};
}

}  // namespace toolrack::worker
