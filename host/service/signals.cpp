#include "service/signals.hpp"

namespace toolrack::service {

signals::signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set_);
    for (int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, one);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

std::optional<signals::request> signals::wait(std::chrono::milliseconds limit) const {
    const timespec time{limit.count() / 1000, (limit.count() % 1000) * 1'000'000};
    const int number = sigtimedwait(&set_, nullptr, &time);
    if (number < 0) return std::nullopt;
    return number == SIGHUP ? request::reload : request::stop;
}

signals::request signals::wait() const {
    for (;;)
        if (const auto received = wait(std::chrono::hours(1))) return *received;
}

}  // namespace toolrack::service
