#include "service/io_watchdog.hpp"

#include <algorithm>
#include <cstddef>

namespace toolrack::service {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds without_a_watchdog = 5s;

// Twice within its patience, and once more for a machine that is slow.
std::chrono::milliseconds interval_for(const supervisor& supervisor) {
    if (!supervisor.patience()) return without_a_watchdog;
    const auto third = std::chrono::duration_cast<std::chrono::milliseconds>(*supervisor.patience() / 3);
    return std::clamp(third, 1ms, without_a_watchdog);
}

}  // namespace

io_watchdog::io_watchdog(std::span<const std::unique_ptr<io_thread>> threads, const supervisor& supervisor, log& log)
    : threads_(threads), supervisor_(supervisor), log_(log), interval_(interval_for(supervisor)),
      answered_(std::make_shared<answers>(threads.size())) {
    ask();
}

void io_watchdog::ask() {
    asked_ = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        (*answered_)[i] = false;
        asio::post(threads_[i]->get_executor(), [all = answered_, i] { (*all)[i] = true; });
    }
}

void io_watchdog::feel() {
    const auto now = std::chrono::steady_clock::now();
    if (now - asked_ < interval_) return;
    if (!std::ranges::all_of(*answered_, [](const auto& one) { return one.load(); })) return complain(now);
    if (has_complained_) log_.warning("Every I/O thread comes round again.");
    has_complained_ = false;
    supervisor_.say_alive();
    ask();
}

void io_watchdog::complain(std::chrono::steady_clock::time_point now) {
    if (has_complained_ || now - asked_ < without_a_watchdog) return;
    has_complained_ = true;
    const auto silent = std::ranges::count_if(*answered_, [](const auto& one) { return !one.load(); });
    log_.error("{} of {} I/O threads have not come round for {} s, and serve nobody meanwhile: something that says it "
               "is quick blocks them, a plugin or an auth backend.",
               silent, threads_.size(), without_a_watchdog / 1s);
}

}  // namespace toolrack::service
