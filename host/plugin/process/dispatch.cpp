#include "plugin/process/dispatch.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "plugin/process/frame.hpp"

namespace toolrack::plugin {
namespace {

using std::chrono::steady_clock;

// How long a worker may keep a call that nobody waits for any more, and that is past its deadline.
constexpr auto longest_hold = std::chrono::seconds(5);
// In place of a call's number, in the write queue: one that no call has.
constexpr std::uint64_t asks_for_list = ~std::uint64_t{0};

// When a request is over, on the clock by which one waits.
dispatch::time end_of(const request& asked, const clock& clock) {
    constexpr auto a_year = std::chrono::hours(24 * 365);
    const auto left = asked.deadline - clock.now();
    return steady_clock::now() + std::clamp<std::chrono::system_clock::duration>(left, {}, a_year);
}

to_worker::start message_of(const request& asked, bool quick) {
    const auto deadline = std::chrono::duration_cast<std::chrono::milliseconds>(asked.deadline.time_since_epoch());
    return {0, quick, asked.method, asked.name, asked.params, asked.who.subject(), asked.who.issuer(),
            {asked.who.scopes().begin(), asked.who.scopes().end()},
            asked.client, asked.responses, asked.state, asked.traceparent, deadline.count()};
}

}  // namespace

// ---- who asks ------------------------------------------------------------------------------------------

call dispatch::start(const request& asked, bool quick, executor home, in_flight<answer>::notice noticed) {
    auto made = std::make_shared<in_flight<answer>>(home, std::move(noticed), end_of(asked, clock_));
    const auto refuse = [&made](enum answer::kind kind) {
        made->deliver({kind, {}});
        return made;
    };
    auto& calls = plugin_callbacks_.calls();
    if (calls.size() >= most_open_calls) return refuse(answer::kind::busy);

    auto message = message_of(asked, quick);
    std::unique_lock lock(mutex_);
    if (is_benched_) return refuse(answer::kind::suspended);
    calls.add(made);
    message.call = made->id();
    if (!is_closing_ && write_queue_.begin(message.call, frame_of<to_worker::any>(message))) {
        if (write_queue_.is_stuck()) wakeup_event_.ring();
        return made;
    }
    calls.take(message.call);
    return refuse(answer::kind::busy);
}

void dispatch::cancel(const call& abandoned) {
    abandoned->abandon();
    const auto id = abandoned->id();
    const std::lock_guard lock(mutex_);
    if (write_queue_.withdraw(id)) {  // the plugin never hears of it
        plugin_callbacks_.calls().take(id);
        return;
    }
    if (!plugin_callbacks_.calls().find(id)) return;
    write_queue_.add(frame_of<to_worker::any>(to_worker::cancel{id}));
    held_.emplace(id, std::max(steady_clock::now(), abandoned->until()) + longest_hold);
    wakeup_event_.ring();
}

void dispatch::watch(std::string_view uri, bool on) {
    const std::lock_guard lock(mutex_);
    if (on) watched_.emplace(uri);
    else watched_.erase(std::string(uri));
    if (!write_queue_.add(frame_of<to_worker::any>(to_worker::watch{uri, on})))
        log_.warning("{}: it was not told that {} is {} watched: it does not listen", plugin_callbacks_.name(), uri,
                     on ? "now" : "no longer");
    if (write_queue_.is_stuck()) wakeup_event_.ring();
}

result<std::vector<feature>, complaint> dispatch::list() {
    const auto end = steady_clock::now() + setup_limit;
    const std::lock_guard alone(listing_alone_);
    std::unique_lock lock(mutex_);
    for (;;) {
        listing all;
        listing_ = &all;
        const bool is_asked = write_queue_.begin(asks_for_list, frame_of<to_worker::any>(to_worker::list{++listings_}));
        if (write_queue_.is_stuck()) wakeup_event_.ring();
        const auto is_over = [&] { return all.is_over() || !listing_ || is_closing_ || is_benched_; };
        const bool in_time = is_asked && changed_.wait_until(lock, end, is_over);
        listing_ = nullptr;
        write_queue_.withdraw(asks_for_list);
        if (all.is_over()) return std::move(all).features();
        if (is_benched_) return complain("it has ended too often to be asked now");
        if (!in_time || is_closing_)
            return complain("its list() did not return within " + std::to_string(setup_limit.count()) + " s");
        // Its worker ended meanwhile: the next one is asked.
    }
}

void dispatch::close(std::chrono::milliseconds grace) {
    {
        const std::lock_guard lock(mutex_);
        is_closing_ = true;
        close_by_ = steady_clock::now() + grace;
        write_queue_.add(frame_of<to_worker::any>(to_worker::close{static_cast<std::uint32_t>(grace.count())}));
    }
    changed_.notify_all();
    wakeup_event_.call_off();
}

// ---- the worker supervisor ----------------------------------------------------------------------------------------

bool dispatch::open(int socket) {
    const std::lock_guard lock(mutex_);
    if (is_closing_) return false;
    is_benched_ = false;
    write_queue_.open(socket);
    for (const auto& uri : watched_) write_queue_.add(frame_of<to_worker::any>(to_worker::watch{uri, true}));
    return true;
}

bool dispatch::is_stuck() const {
    const std::lock_guard lock(mutex_);
    return write_queue_.is_stuck();
}

void dispatch::go_on() {
    const std::lock_guard lock(mutex_);
    write_queue_.go_on();
}

void dispatch::listed(const from_worker::feature& one) {
    const std::lock_guard lock(mutex_);
    if (listing_ && one.list == listings_) listing_->add(one);
}

void dispatch::listed(const from_worker::listed& whole) {
    const std::lock_guard lock(mutex_);
    if (listing_ && whole.list == listings_) listing_->end(whole.is_known);
    changed_.notify_all();
}

void dispatch::dropped(std::uint64_t call) {
    if (plugin_callbacks_.calls().find(call)) end({call}, answer::kind::busy);
    else plugin_callbacks_.stray("an answer", call);
}

dispatch::patience dispatch::look() {
    const std::lock_guard lock(mutex_);
    std::erase_if(held_, [this](const auto& one) { return !plugin_callbacks_.calls().find(one.first); });
    auto next = is_closing_ ? close_by_ : time::max();
    for (const auto& [id, until] : held_) next = std::min(next, until);
    if (next > steady_clock::now()) return {next, {}};
    if (!is_closing_)
        return {time::max(),
                "it kept a call for more than " + std::to_string(longest_hold.count()) + " s after its deadline"};
    if (plugin_callbacks_.calls().size() > 0) log_.error("plugin {}: a call never came back from it", plugin_callbacks_.name());
    return {time::max(), "it was told to end and did not"};
}

std::size_t dispatch::end_begun(enum answer::kind as) {
    const std::lock_guard lock(mutex_);
    write_queue_.shut();
    held_.clear();
    const auto waiting = write_queue_.waiting();
    if (std::ranges::find(waiting, asks_for_list) == waiting.end()) listing_ = nullptr;
    changed_.notify_all();
    const std::unordered_set<std::uint64_t> spared(waiting.begin(), waiting.end());
    auto calls = plugin_callbacks_.calls().open();
    std::erase_if(calls, [&](auto id) { return spared.contains(id); });
    return end(calls, as);
}

std::size_t dispatch::end_all(enum answer::kind as) {
    const std::lock_guard lock(mutex_);
    write_queue_.shut();
    write_queue_.forget_all();
    held_.clear();
    listing_ = nullptr;
    changed_.notify_all();
    return end(plugin_callbacks_.calls().open(), as);
}

std::size_t dispatch::end(const std::vector<std::uint64_t>& calls, enum answer::kind as) {
    std::size_t count = 0;
    for (const auto id : calls) {
        const auto ended = plugin_callbacks_.calls().take(id);
        if (!ended || ended->is_abandoned()) continue;
        ended->deliver({as, {}});
        ++count;
    }
    return count;
}

void dispatch::give_up() {
    {
        const std::lock_guard lock(mutex_);
        is_benched_ = true;
    }
    end_all(answer::kind::suspended);
}

bool dispatch::is_closing() const {
    const std::lock_guard lock(mutex_);
    return is_closing_;
}

bool dispatch::rest(std::chrono::milliseconds pause) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, pause, [this] { return is_closing_; });
    return !is_closing_;
}

}  // namespace toolrack::plugin
