#include "waiting_room.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace fixture {

using namespace std::chrono_literals;

waiting_room::waiting_room(const toolrack::log& log)
    : log_(log), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void waiting_room::stay(toolrack::call c, clock::time_point until, next then) {
    const std::lock_guard lock(mutex_);
    guests_.push_back({std::move(c), until, std::move(then)});
    arrived_.notify_one();
}

void waiting_room::stay(toolrack::call c, clock::duration how_long, next then) {
    stay(std::move(c), clock::now() + how_long, std::move(then));
}

void waiting_room::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (arrived_.wait(lock, stop, [this] { return !guests_.empty(); })) {
        auto leaving = take_those_who_leave();
        lock.unlock();
        for (guest& each : leaving) send_off(each);
        if (leaving.empty()) std::this_thread::sleep_for(20ms);
        lock.lock();
    }
}

std::vector<waiting_room::guest> waiting_room::take_those_who_leave() {
    const auto now = clock::now();
    const auto first = std::partition(guests_.begin(), guests_.end(), [&](const guest& each) {
        return each.until > now && !each.call.cancelled();
    });
    std::vector<guest> leaving;
    std::move(first, guests_.end(), std::back_inserter(leaving));
    guests_.erase(first, guests_.end());
    return leaving;
}

void waiting_room::send_off(guest& leaving) const {
    try {
        leaving.then(std::move(leaving.call));
    } catch (const std::exception& e) {
        log_(toolrack::severity::error, e.what());
    } catch (...) {
        log_(toolrack::severity::error, "what followed a wait threw something strange");
    }
}

}  // namespace fixture
