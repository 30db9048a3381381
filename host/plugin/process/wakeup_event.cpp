#include "plugin/process/wakeup_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/error.hpp"

namespace toolrack::plugin {

wakeup_event::wakeup_event() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_)
        throw failure(std::string("Cannot create an event to wake a supervisor: ") + std::strerror(errno) + ".",
                      exit_code::software);
}

void wakeup_event::signal() noexcept {
    const std::uint64_t once = 1;
    [[maybe_unused]] const auto written = ::write(event_.get(), &once, sizeof once);
}

void wakeup_event::clear() noexcept {
    std::uint64_t times = 0;
    [[maybe_unused]] const auto got = ::read(event_.get(), &times, sizeof times);
}

}  // namespace toolrack::plugin
