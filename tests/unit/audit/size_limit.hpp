// Limits the size of files of this process (RLIMIT_FSIZE), to simulate a full disk.
//
// A write above the limit sends SIGXFSZ, which this blocks and discards.
#pragma once

#include <sys/resource.h>

#include <csignal>
#include <ctime>

namespace toolrack::test {

class size_limit {
public:
    explicit size_limit(rlim_t bytes) {
        sigemptyset(&signal_);
        sigaddset(&signal_, SIGXFSZ);
        pthread_sigmask(SIG_BLOCK, &signal_, &before_);
        ::getrlimit(RLIMIT_FSIZE, &usual_);
        set(bytes);
    }
    ~size_limit() {
        lift();
        const timespec at_once{};
        while (sigtimedwait(&signal_, nullptr, &at_once) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    size_limit(const size_limit&) = delete;
    size_limit& operator=(const size_limit&) = delete;

    void set(rlim_t bytes) {
        const rlimit wanted{bytes, usual_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &wanted);
    }
    void lift() { ::setrlimit(RLIMIT_FSIZE, &usual_); }

private:
    sigset_t signal_{}, before_{};
    rlimit usual_{};
};

}  // namespace toolrack::test
