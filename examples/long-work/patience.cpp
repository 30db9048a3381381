// Two long calls: one computes, one waits. Both report progress, stop soon after a cancellation, and
// can run as a task.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>

#include <toolrack/plugin.hpp>

using namespace toolrack;
using namespace std::chrono;

namespace {

bool is_prime(std::uint64_t number) {
    if (number % 2 == 0) return number == 2;
    for (std::uint64_t n = 3; n * n <= number; n += 2)
        if (number % n == 0) return false;
    return number > 1;
}

// Computes, and checks for cancellation at intervals.
result count_primes(call& c) {
    constexpr std::uint64_t stride = 125'000;
    const std::uint64_t most = c.args().at("up_to").u64();
    std::uint64_t number = 1, count = 0, last = 2, widest = 0;
    while (number <= most) {
        if (c.cancelled()) return text("Stopped.");  // a cancelled call is answered, too
        const std::uint64_t before = widest, end = std::min(number + stride - 1, most);
        for (; number <= end; ++number) {
            if (!is_prime(number)) continue;
            ++count;
            widest = std::max(widest, number - last);
            last = number;
        }
        c.progress(double(end), double(most), std::to_string(count) + " primes so far");
        if (widest > before) c.log(severity::info, json::object({{"widest gap so far", widest}}), "primes");
    }
    return text(std::to_string(count) + " primes");
}

// Waits until the time is over or the call is cancelled. It occupies one of the plugin's threads
// (`threads` in its [[plugin]]); for hundreds of waiting calls use void(call) and a timer.
result wait(call& c) {
    const seconds how_long(c.args().at("seconds").i64());
    if (system_clock::now() + how_long > c.deadline())
        throw tool_error("The wait is longer than the timeout of a call. Call the tool as a task.");
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any changed;
    const std::stop_token cancelled = c.stop_token();
    for (seconds waited(1); waited <= how_long; ++waited) {
        changed.wait_for(lock, cancelled, 1s, [] { return false; });
        if (c.cancelled()) return text("Stopped.");
        c.progress(double(waited.count()), double(how_long.count()));
    }
    return text("Waited for " + std::to_string(how_long.count()) + " s.");
}

}  // namespace

TOOLRACK_PLUGIN("org.example.patience", "1.0.0")(setup& s) {
    s.tool("count_primes",
           "Counts the prime numbers up to a number.",
           object({{"up_to", integer("The largest number to test").min(1).max(1'000'000'000)}}),
           count_primes)
        .read_only()
        .task("optional");
    s.tool("wait",
           "Waits for some seconds, for instance before a retry.",
           object({{"seconds", integer("How long").min(1).max(3000)}}),
           wait)
        .read_only()
        .task("optional");
}
