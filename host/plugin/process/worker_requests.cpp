#include "plugin/process/worker_requests.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "plugin/process/frame.hpp"

namespace toolrack::plugin {
namespace {

using std::chrono::steady_clock;

// Extra time of a worker for a cancelled call, after the cancellation and the call's deadline.
constexpr auto cancel_grace = std::chrono::seconds(5);
// In place of a call's number in the write queue; no call has it.
constexpr std::uint64_t listing_request = ~std::uint64_t{0};

// The request's deadline on the monotonic clock.
worker_requests::time monotonic_deadline(const request& request, const clock& clock) {
    constexpr auto a_year = std::chrono::hours(24 * 365);
    const auto left = request.deadline - clock.now();
    return steady_clock::now() + std::clamp<std::chrono::system_clock::duration>(left, {}, a_year);
}

to_worker::start message_of(const request& request, bool quick) {
    const auto deadline = std::chrono::duration_cast<std::chrono::milliseconds>(request.deadline.time_since_epoch());
    return {0,
            quick,
            request.method,
            request.name,
            request.params,
            request.principal.subject(),
            request.principal.issuer(),
            {request.principal.scopes().begin(), request.principal.scopes().end()},
            request.client,
            request.responses,
            request.state,
            request.traceparent,
            deadline.count()};
}

}  // namespace

// ---- any thread ----------------------------------------------------------------------------------------

call worker_requests::start(const request& request,
                            bool quick,
                            executor owner,
                            in_flight<answer>::notification_handler on_notification) {
    auto call =
        std::make_shared<in_flight<answer>>(owner, std::move(on_notification), monotonic_deadline(request, clock_));
    const auto refuse = [&call](enum answer::kind kind) {
        call->deliver({kind, {}});
        return call;
    };
    auto& calls = callbacks_.calls();
    if (calls.size() >= most_open_calls) return refuse(answer::kind::busy);

    auto message = message_of(request, quick);
    const lock_guard lock(mutex_);
    if (is_suspended_) return refuse(answer::kind::suspended);
    calls.add(call);
    message.call = call->id();
    if (!is_closing_ && write_queue_.push_call(message.call, frame_of<to_worker::any>(message))) {
        if (write_queue_.has_unsent()) wakeup_.signal();
        return call;
    }
    calls.take(message.call);
    return refuse(answer::kind::busy);
}

void worker_requests::cancel(const call& abandoned) {
    abandoned->abandon();
    const auto id = abandoned->id();
    const lock_guard lock(mutex_);
    if (write_queue_.withdraw(id)) {  // the plugin never gets it
        callbacks_.calls().take(id);
        return;
    }
    if (!callbacks_.calls().find(id)) return;
    write_queue_.push(frame_of<to_worker::any>(to_worker::cancel{id}));
    cancelled_.emplace(id, std::max(steady_clock::now(), abandoned->deadline()) + cancel_grace);
    wakeup_.signal();
}

void worker_requests::watch(std::string_view uri, bool on) {
    const lock_guard lock(mutex_);
    if (on) watched_.emplace(uri);
    else watched_.erase(std::string(uri));
    if (!write_queue_.push(frame_of<to_worker::any>(to_worker::watch{uri, on})))
        log_.warning("{}: its worker does not read, so it missed that watching {} {}",
                     callbacks_.name(),
                     uri,
                     on ? "started" : "ended");
    if (write_queue_.has_unsent()) wakeup_.signal();
}

result<std::vector<feature>, complaint> worker_requests::list() {
    const auto end = steady_clock::now() + setup_limit;
    const lock_guard alone(listing_mutex_);
    unique_lock lock(mutex_);
    for (;;) {
        listing all;
        listing_ = &all;
        bool in_time = write_queue_.push_call(listing_request, frame_of<to_worker::any>(to_worker::list{++listings_}));
        if (write_queue_.has_unsent()) wakeup_.signal();
        while (in_time && !all.is_complete() && listing_ && !is_closing_ && !is_suspended_)
            in_time = changed_.wait_until(lock.native(), end) == std::cv_status::no_timeout;
        listing_ = nullptr;
        write_queue_.withdraw(listing_request);
        if (all.is_complete()) return std::move(all).features();
        if (is_suspended_) return complain("it is suspended, because its worker kept exiting");
        if (!in_time || is_closing_)
            return complain("its list() did not return within " + std::to_string(setup_limit.count()) + " s");
        // The worker exited meanwhile: ask the next one.
    }
}

void worker_requests::close(std::chrono::milliseconds grace) {
    {
        const lock_guard lock(mutex_);
        is_closing_ = true;
        close_deadline_ = steady_clock::now() + grace;
        write_queue_.push(frame_of<to_worker::any>(to_worker::close{static_cast<std::uint32_t>(grace.count())}));
    }
    changed_.notify_all();
    wakeup_.request_stop();
}

// ---- the supervisor's thread ---------------------------------------------------------------------------

bool worker_requests::attach(int socket) {
    const lock_guard lock(mutex_);
    if (is_closing_) return false;
    is_suspended_ = false;
    write_queue_.attach(socket);
    for (const auto& uri : watched_) write_queue_.push(frame_of<to_worker::any>(to_worker::watch{uri, true}));
    return true;
}

bool worker_requests::has_unsent() const {
    const lock_guard lock(mutex_);
    return write_queue_.has_unsent();
}

void worker_requests::send_unsent() {
    const lock_guard lock(mutex_);
    write_queue_.send_unsent();
}

void worker_requests::add_feature(const from_worker::feature& one) {
    const lock_guard lock(mutex_);
    if (listing_ && one.list == listings_) listing_->add(one);
}

void worker_requests::finish_listing(const from_worker::listed& end) {
    const lock_guard lock(mutex_);
    if (listing_ && end.list == listings_) listing_->finish(end.succeeded);
    changed_.notify_all();
}

void worker_requests::drop(std::uint64_t call) {
    if (callbacks_.calls().find(call)) answer_calls({call}, answer::kind::busy);
    else callbacks_.log_unknown_call("an answer", call);
}

worker_requests::check_result worker_requests::check_deadlines() {
    const lock_guard lock(mutex_);
    std::erase_if(cancelled_, [this](const auto& one) { return !callbacks_.calls().find(one.first); });
    auto next = is_closing_ ? close_deadline_ : time::max();
    for (const auto& [id, deadline] : cancelled_) next = std::min(next, deadline);
    if (next > steady_clock::now()) return {next, {}};
    if (!is_closing_)
        return {time::max(),
                "it did not end a cancelled call within " + std::to_string(cancel_grace.count()) +
                    " s after its deadline"};
    if (callbacks_.calls().size() > 0) log_.error("plugin {}: a call never returned", callbacks_.name());
    return {time::max(), "it did not stop in time"};
}

std::size_t worker_requests::fail_started(enum answer::kind as) {
    const lock_guard lock(mutex_);
    write_queue_.detach();
    cancelled_.clear();
    const auto queued = write_queue_.queued_calls();
    if (std::ranges::find(queued, listing_request) == queued.end()) listing_ = nullptr;
    changed_.notify_all();
    const std::unordered_set<std::uint64_t> not_started(queued.begin(), queued.end());
    auto calls = callbacks_.calls().open_ids();
    std::erase_if(calls, [&](auto id) { return not_started.contains(id); });
    return answer_calls(calls, as);
}

std::size_t worker_requests::fail_all(enum answer::kind as) {
    const lock_guard lock(mutex_);
    write_queue_.detach();
    write_queue_.clear();
    cancelled_.clear();
    listing_ = nullptr;
    changed_.notify_all();
    return answer_calls(callbacks_.calls().open_ids(), as);
}

std::size_t worker_requests::answer_calls(const std::vector<std::uint64_t>& calls, enum answer::kind as) {
    std::size_t count = 0;
    for (const auto id : calls) {
        const auto ended = callbacks_.calls().take(id);
        if (!ended || ended->is_abandoned()) continue;
        ended->deliver({as, {}});
        ++count;
    }
    return count;
}

void worker_requests::suspend() {
    {
        const lock_guard lock(mutex_);
        is_suspended_ = true;
    }
    fail_all(answer::kind::suspended);
}

bool worker_requests::is_closing() const {
    const lock_guard lock(mutex_);
    return is_closing_;
}

bool worker_requests::pause_restart(std::chrono::milliseconds pause) {
    const auto end = steady_clock::now() + pause;
    unique_lock lock(mutex_);
    while (!is_closing_)
        if (changed_.wait_until(lock.native(), end) == std::cv_status::timeout) break;
    return !is_closing_;
}

}  // namespace toolrack::plugin
