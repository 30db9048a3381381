// Looks at the files of TLS twice a second, on a thread of its own: reading and checking them takes
// milliseconds that no request should wait for.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "http/tls.hpp"

namespace toolrack::http {

class tls_watch {
public:
    explicit tls_watch(tls& over) : over_(over), thread_([this] { run(); }) {}
    ~tls_watch();
    tls_watch(const tls_watch&) = delete;
    tls_watch& operator=(const tls_watch&) = delete;

private:
    void run();

    tls& over_;
    std::mutex door_;
    std::condition_variable ended_;
    bool is_ended_ = false;
    std::thread thread_;  // last: it uses the others
};

}  // namespace toolrack::http
