#include "service/signals.hpp"

namespace toolrack::service {

signals::signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set_);
    for (int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, one);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

std::optional<signals::wish> signals::next(std::chrono::milliseconds limit) const {
    const timespec time{limit.count() / 1000, (limit.count() % 1000) * 1'000'000};
    const int which = sigtimedwait(&set_, nullptr, &time);
    if (which < 0) return std::nullopt;
    return which == SIGHUP ? wish::read_again : wish::stop;
}

signals::wish signals::next() const {
    for (;;)
        if (const auto heard = next(std::chrono::hours(1))) return *heard;
}

}  // namespace toolrack::service
