#include "mcp/task.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/rfc3339.hpp"
#include "base/text.hpp"
#include "mcp/result.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {
namespace {

constexpr std::size_t max_tasks = 10'000;
constexpr std::size_t max_tasks_of_principal = max_tasks / 10;
constexpr std::size_t task_id_bytes = 18;
constexpr auto poll_interval = std::chrono::milliseconds(500);
constexpr std::size_t max_message = 500;

std::string timestamp(std::chrono::system_clock::time_point time) {
    return to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace

task::task(std::string id,
           const identity::principal& owner,
           executor thread,
           const clock& clock,
           std::shared_ptr<held_bytes> held)
    : id_(std::move(id)), owner_(owner), thread_(thread), clock_(clock), started_(clock.steady()),
      created_(clock.now()), held_(std::move(held)), updated_(created_), wakeup_(thread) {}

bool task::has_expired() const {
    if (started_ + lifetime <= clock_.steady()) return true;
    const lock_guard lock(mutex_);
    return is_dropped_;
}

bool task::has_ended() const {
    const lock_guard lock(mutex_);
    return status_ != status::working && status_ != status::input_required;
}

std::string_view task::name_of(status one) {
    switch (one) {
    case status::working: return "working";
    case status::input_required: return "input_required";
    case status::completed: return "completed";
    case status::failed: return "failed";
    case status::cancelled: return "cancelled";
    }
    return {};
}

std::string task::members(bool with_outcome) const {
    const lock_guard lock(mutex_);
    return description(with_outcome);
}

std::string task::description(bool with_outcome) const {
    std::string text;
    wire::json_writer writer(text);
    writer.string("taskId", id_)
        .string("status", name_of(status_))
        .string("createdAt", timestamp(created_))
        .string("lastUpdatedAt", timestamp(updated_))
        .number("ttlMs", std::chrono::duration_cast<std::chrono::milliseconds>(lifetime).count())
        .number("pollIntervalMs", poll_interval.count());
    if (!message_.empty()) writer.string("statusMessage", message_);
    if (!with_outcome) return text;
    if (status_ == status::completed) writer.raw("result", outcome_);
    if (status_ == status::failed) writer.raw("error", outcome_);
    if (status_ == status::input_required) {
        writer.begin_object("inputRequests");
        for (const auto& one : open_requests_) writer.escaped_key(one.key).value(one.json);
        writer.end_object();
    }
    return text;
}

void task::deliver_input(const json::value& responses) {
    {
        const lock_guard lock(mutex_);
        if (status_ != status::input_required) return;
        wire::json_writer writer(responses_);
        for (const auto& response : responses) {
            const auto open = std::ranges::find(open_requests_, response.key(), &input_request::key);
            if (open == open_requests_.end()) continue;
            writer.escaped_key(open->plugin_key).value(response.text());
            open_requests_.erase(open);
        }
        const bool is_complete = open_requests_.empty();
        if (is_complete) status_ = status::working;
        notify_followers();
        if (!is_complete) return;
    }
    wake();
}

void task::cancel() {
    change(status::cancelled, {});
    asio::post(thread_, [self = shared_from_this()] {
        if (auto callback = std::exchange(self->cancelled_, nullptr); callback && self->is_cancelled()) callback();
        self->wakeup_.cancel();
    });
}

awaitable<std::optional<plugin::answer>> task::wait_for_early_answer(std::chrono::milliseconds delay) {
    wakeup_.expires_after(delay);
    if (!early_) co_await wakeup_.async_wait(as_values);
    is_announced_ = !early_ && !is_cancelled();
    co_return std::exchange(early_, std::nullopt);
}

void task::set_early_answer(plugin::answer answer) {
    early_ = std::move(answer);
    wakeup_.cancel();
}

awaitable<std::optional<std::string>> task::request_input(const json::value& requests) {
    {
        const lock_guard lock(mutex_);
        if (status_ != status::working) co_return std::nullopt;
        open_requests_.clear();
        responses_.clear();
        for (const auto& request : requests) {
            auto key = request.key();
            for (int again = 2; !used_keys_.insert(key).second; ++again)
                key = request.key() + '-' + std::to_string(again);
            open_requests_.push_back({std::move(key), request.key(), std::string(request.text())});
        }
        status_ = status::input_required;
        message_.clear();
        notify_followers();
    }
    while (waits_for_input() && !has_expired()) {
        wakeup_.expires_after(std::chrono::minutes(1));
        co_await wakeup_.async_wait(as_values);
    }
    const lock_guard lock(mutex_);
    if (status_ != status::working) co_return std::nullopt;
    co_return '{' + std::exchange(responses_, {}) + '}';
}

bool task::waits_for_input() const {
    const lock_guard lock(mutex_);
    return status_ == status::input_required;
}

void task::set_status_message(std::string_view message) {
    const lock_guard lock(mutex_);
    if (status_ != status::working) return;
    message_ = printable(message, max_message);
    notify_followers();
}

void task::complete(std::string result) { change(status::completed, std::move(result)); }

void task::fail(std::string error) {
    auto message = wire::string_member(json::value(error), "message").value_or("");
    change(status::failed, std::move(error), printable(message, max_message));
}

bool task::is_cancelled() const {
    const lock_guard lock(mutex_);
    return status_ == status::cancelled;
}

// A task that has ended keeps its status.
void task::change(status to, std::string outcome, std::string message) {
    held_bytes::dropped removed;
    {
        const lock_guard lock(mutex_);
        if (status_ != status::working && status_ != status::input_required) return;
        status_ = to;
        outcome_ = std::move(outcome);
        message_ = std::move(message);
        open_requests_.clear();
        notify_followers();
        followers_.clear();
        const auto drop = [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->drop_outcome();
        };
        if (held_ && !outcome_.empty()) counted_ = held_->add(owner_key(owner_), outcome_.size(), drop, removed);
    }
    for (const auto& drop : removed) drop();
}

void task::drop_outcome() {
    const lock_guard lock(mutex_);
    is_dropped_ = true;
    outcome_ = {};
    counted_.reset();
}

// Under the lock, so that followers get the changes in their order.
void task::notify_followers() {
    updated_ = clock_.now();
    for (const auto& one : followers_) notify(one);
}

void task::notify(const follower& one) const {
    std::string params;
    wire::json_writer(params)
        .begin_object()
        .members(subscription_meta(one.subscription_id))
        .members(description(true))
        .end_object();
    one.to->send(wire::notification("notifications/tasks", params));
}

void task::follow(std::shared_ptr<stream_queue> to, std::string subscription_id) {
    const lock_guard lock(mutex_);
    std::erase_if(followers_, [](const auto& one) { return one.to->is_closed(); });
    const follower added{std::move(to), std::move(subscription_id)};
    if (status_ != status::working || !message_.empty()) notify(added);
    if (status_ == status::working || status_ == status::input_required) followers_.push_back(added);
}

void task::wake() {
    asio::post(thread_, [self = shared_from_this()] { self->wakeup_.cancel(); });
}

std::shared_ptr<task> tasks::open(const identity::principal& owner, executor thread) {
    auto made = std::make_shared<task>(random_id(task_id_bytes), owner, thread, clock_, held_);
    auto key = owner_key(owner);
    const lock_guard lock(mutex_);
    // At most once a second, because it walks through all tasks.
    if (const auto now = clock_.steady(); now >= next_expiry_check_) {
        next_expiry_check_ = now + std::chrono::seconds(1);
        remove_expired();
    }
    const auto own = counts_.find(key);
    if (own != counts_.end() && own->second >= max_tasks_of_principal) return nullptr;
    if (by_id_.size() >= max_tasks && !make_room()) return nullptr;
    ++counts_[std::move(key)];
    by_id_.emplace(made->id(), made);
    return made;
}

std::shared_ptr<task> tasks::find(std::string_view id, const identity::principal& who) {
    const lock_guard lock(mutex_);
    const auto found = by_id_.find(std::string(id));
    if (found == by_id_.end() || !found->second->belongs_to(who) || found->second->has_expired()) return nullptr;
    return found->second;
}

void tasks::remove(const task& which) {
    const lock_guard lock(mutex_);
    if (const auto found = by_id_.find(which.id()); found != by_id_.end()) erase(found);
}

std::size_t tasks::size() const {
    const lock_guard lock(mutex_);
    return by_id_.size();
}

void tasks::forget_all() {
    const lock_guard lock(mutex_);
    counts_.clear();
    by_id_.clear();
}

void tasks::remove_expired() {
    for (auto at = by_id_.begin(); at != by_id_.end();) {
        const auto here = at++;
        if (!here->second->has_expired()) continue;
        here->second->cancel();
        erase(here);
    }
}

// Removes the oldest ended task of the principal with the most tasks. False when none of its tasks has ended.
bool tasks::make_room() {
    const auto most = std::ranges::max_element(counts_, {}, [](const auto& one) { return one.second; });
    auto oldest = by_id_.end();
    for (auto at = by_id_.begin(); at != by_id_.end(); ++at)
        if (is_owner(most->first, at->second->owner()) && at->second->has_ended() &&
            (oldest == by_id_.end() || at->second->started() < oldest->second->started()))
            oldest = at;
    if (oldest == by_id_.end()) return false;
    erase(oldest);
    return true;
}

void tasks::erase(table::iterator which) {
    const auto own = counts_.find(owner_key(which->second->owner()));
    if (own != counts_.end() && --own->second == 0) counts_.erase(own);
    by_id_.erase(which);
}

}  // namespace toolrack::mcp
