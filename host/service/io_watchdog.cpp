#include "service/io_watchdog.hpp"

#include <algorithm>
#include <cstddef>

namespace toolrack::service {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds longest_interval = 5s;

// A third of the timeout: two checks fit into it, and a slow machine has the last third.
std::chrono::milliseconds interval_for(const supervisor& supervisor) {
    if (!supervisor.watchdog_timeout()) return longest_interval;
    const auto third = std::chrono::duration_cast<std::chrono::milliseconds>(*supervisor.watchdog_timeout() / 3);
    return std::clamp(third, 1ms, longest_interval);
}

}  // namespace

io_watchdog::io_watchdog(std::span<const std::unique_ptr<io_thread>> threads, const supervisor& supervisor, log& log)
    : threads_(threads), supervisor_(supervisor), log_(log), interval_(interval_for(supervisor)),
      has_responded_(std::make_shared<responses>(threads.size())) {
    post_tasks();
}

void io_watchdog::post_tasks() {
    posted_at_ = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        (*has_responded_)[i] = false;
        asio::post(threads_[i]->get_executor(), [all = has_responded_, i] { (*all)[i] = true; });
    }
}

void io_watchdog::check() {
    const auto now = std::chrono::steady_clock::now();
    if (now - posted_at_ < interval_) return;
    if (!std::ranges::all_of(*has_responded_, [](const auto& one) { return one.load(); })) return report_blocked(now);
    if (has_reported_) log_.warning("No I/O thread is blocked any more.");
    has_reported_ = false;
    supervisor_.notify_watchdog();
    post_tasks();
}

void io_watchdog::report_blocked(std::chrono::steady_clock::time_point now) {
    if (has_reported_ || now - posted_at_ < longest_interval) return;
    has_reported_ = true;
    const auto blocked = std::ranges::count_if(*has_responded_, [](const auto& one) { return !one.load(); });
    log_.error("{} of {} I/O threads have been blocked for {} s, and their connections are not served. A plugin or an "
               "auth backend that declares itself quick blocks them.",
               blocked,
               threads_.size(),
               longest_interval / 1s);
}

}  // namespace toolrack::service
