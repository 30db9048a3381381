#include "http/tls_watch.hpp"

#include <chrono>

namespace toolrack::http {
namespace {

constexpr auto between_looks = std::chrono::milliseconds(500);

}  // namespace

tls_watch::~tls_watch() {
    {
        const std::lock_guard one_at_a_time(door_);
        is_ended_ = true;
    }
    ended_.notify_one();
    thread_.join();
}

void tls_watch::run() {
    std::unique_lock mine(door_);
    while (!ended_.wait_for(mine, between_looks, [this] { return is_ended_; })) over_.look();
}

}  // namespace toolrack::http
