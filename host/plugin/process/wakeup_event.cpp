#include "plugin/process/wakeup_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/error.hpp"

namespace toolrack::plugin {

wakeup_event::wakeup_event() : held_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!held_)
        throw failure(std::string("Cannot wake who speaks with a worker: ") + std::strerror(errno) + ".",
                      exit_code::software);
}

void wakeup_event::ring() noexcept {
    const std::uint64_t once = 1;
    [[maybe_unused]] const auto written = ::write(held_.get(), &once, sizeof once);
}

void wakeup_event::quiet() noexcept {
    std::uint64_t times = 0;
    [[maybe_unused]] const auto got = ::read(held_.get(), &times, sizeof times);
}

}  // namespace toolrack::plugin
