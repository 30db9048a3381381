#include "call_timers.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace fixture {

using namespace std::chrono_literals;

call_timers::call_timers(const toolrack::log& log)
    : log_(log), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void call_timers::schedule(toolrack::call c, clock::time_point until, next then) {
    const std::lock_guard lock(mutex_);
    entries_.push_back({std::move(c), until, std::move(then)});
    arrived_.notify_one();
}

void call_timers::schedule(toolrack::call c, clock::duration how_long, next then) {
    schedule(std::move(c), clock::now() + how_long, std::move(then));
}

void call_timers::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (arrived_.wait(lock, stop, [this] { return !entries_.empty(); })) {
        auto due = take_due();
        lock.unlock();
        for (entry& each : due) run_next(each);
        if (due.empty()) std::this_thread::sleep_for(20ms);
        lock.lock();
    }
}

std::vector<call_timers::entry> call_timers::take_due() {
    const auto now = clock::now();
    const auto first = std::partition(entries_.begin(), entries_.end(), [&](const entry& each) {
        return each.until > now && !each.call.cancelled();
    });
    std::vector<entry> due;
    std::move(first, entries_.end(), std::back_inserter(due));
    entries_.erase(first, entries_.end());
    return due;
}

void call_timers::run_next(entry& due) const {
    try {
        due.then(std::move(due.call));
    } catch (const std::exception& e) {
        log_(toolrack::severity::error, e.what());
    } catch (...) {
        log_(toolrack::severity::error, "the function after a wait threw an exception that is not a std::exception");
    }
}

}  // namespace fixture
