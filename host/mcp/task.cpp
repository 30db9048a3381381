#include "mcp/task.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/rfc3339.hpp"
#include "base/text.hpp"
#include "mcp/result.hpp"

namespace toolrack::mcp {
namespace {

constexpr std::size_t most_tasks = 10'000;
constexpr std::size_t id_bytes = 18;
constexpr auto poll_interval = std::chrono::milliseconds(500);
constexpr std::size_t longest_message = 500;

std::string timestamp(std::chrono::system_clock::time_point time) {
    return to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace

task::task(std::string id, const identity::principal& who, executor home, const clock& clock)
    : id_(std::move(id)), who_(who), home_(home), clock_(clock), begun_(clock.steady()), created_(clock.now()),
      updated_(created_), bell_(home) {}

bool task::has_expired() const { return begun_ + lifetime <= clock_.steady(); }

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
    const std::lock_guard lock(mutex_);
    return described(with_outcome);
}

std::string task::described(bool with_outcome) const {
    auto text = fmt::format(
        R"("taskId":"{}","status":"{}","createdAt":"{}","lastUpdatedAt":"{}","ttlMs":{},"pollIntervalMs":{})",
        id_,
        name_of(status_),
        timestamp(created_),
        timestamp(updated_),
        std::chrono::duration_cast<std::chrono::milliseconds>(lifetime).count(),
        poll_interval.count());
    if (!message_.empty()) {
        text += ",\"statusMessage\":";
        json::write_string(text, message_);
    }
    if (!with_outcome) return text;
    if (status_ == status::completed) text += ",\"result\":" + outcome_;
    if (status_ == status::failed) text += ",\"error\":" + outcome_;
    if (status_ == status::input_required) {
        text += ",\"inputRequests\":{";
        for (const auto& one : open_requests_) {
            if (text.back() != '{') text += ',';
            json::write_string(text, one.key);
            text += ':' + one.json;
        }
        text += '}';
    }
    return text;
}

void task::give(const json::value& responses) {
    {
        const std::lock_guard lock(mutex_);
        if (status_ != status::input_required) return;
        for (const auto& response : responses) {
            const auto key = response.key();
            const auto open = std::find_if(
                open_requests_.begin(), open_requests_.end(), [&](const auto& one) { return one.key == key; });
            if (open == open_requests_.end()) continue;
            if (!responses_.empty()) responses_ += ',';
            json::write_string(responses_, open->asked);
            open_requests_.erase(open);
            responses_ += ':';
            responses_ += response.text();
        }
        const bool is_whole = open_requests_.empty();
        if (is_whole) status_ = status::working;
        updated();
        if (!is_whole) return;
    }
    ring();
}

void task::cancel() {
    change(status::cancelled, {});
    asio::post(home_, [self = shared_from_this()] {
        if (auto then = std::exchange(self->cancelled_, nullptr); then && self->is_cancelled()) then();
        self->bell_.cancel();
    });
}

awaitable<std::optional<plugin::answer>> task::become(std::chrono::milliseconds so_long) {
    bell_.expires_after(so_long);
    if (!early_) co_await bell_.async_wait(as_values);
    is_announced_ = !early_ && !is_cancelled();
    co_return std::exchange(early_, std::nullopt);
}

void task::answer_early(plugin::answer answer) {
    early_ = std::move(answer);
    bell_.cancel();
}

awaitable<std::optional<std::string>> task::ask(const json::value& requests) {
    {
        const std::lock_guard lock(mutex_);
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
        updated();
    }
    const auto is_waiting = [this] {
        const std::lock_guard lock(mutex_);
        return status_ == status::input_required;
    };
    while (is_waiting() && !has_expired()) {
        bell_.expires_after(std::chrono::minutes(1));
        co_await bell_.async_wait(as_values);
    }
    const std::lock_guard lock(mutex_);
    if (status_ != status::working) co_return std::nullopt;
    co_return '{' + std::exchange(responses_, {}) + '}';
}

void task::say(std::string_view message) {
    const std::lock_guard lock(mutex_);
    if (status_ != status::working) return;
    message_ = printable(message, longest_message);
    updated();
}

void task::complete(std::string result) { change(status::completed, std::move(result)); }

void task::fail(std::string error) {
    auto why = wire::string_member(json::value(error), "message").value_or("");
    change(status::failed, std::move(error), printable(why, longest_message));
}

bool task::is_cancelled() const {
    const std::lock_guard lock(mutex_);
    return status_ == status::cancelled;
}

// What has ended stays as it is.
void task::change(status to, std::string outcome, std::string message) {
    const std::lock_guard lock(mutex_);
    if (status_ != status::working && status_ != status::input_required) return;
    status_ = to;
    outcome_ = std::move(outcome);
    message_ = std::move(message);
    open_requests_.clear();
    updated();
    followers_.clear();
}

// Told with the lock, so that changes are heard in the order in which they were.
void task::updated() {
    updated_ = clock_.now();
    for (const auto& one : followers_) tell(one);
}

void task::tell(const follower& one) const {
    one.to->send(wire::notification("notifications/tasks",
                                    '{' + subscription_meta(one.subscription) + ',' + described(true) + '}'));
}

void task::follow(std::shared_ptr<stream_queue> to, std::string subscription) {
    const std::lock_guard lock(mutex_);
    std::erase_if(followers_, [](const auto& one) { return one.to->is_closed(); });
    const follower one{std::move(to), std::move(subscription)};
    if (status_ != status::working || !message_.empty()) tell(one);
    if (status_ == status::working || status_ == status::input_required) followers_.push_back(one);
}

void task::ring() {
    asio::post(home_, [self = shared_from_this()] { self->bell_.cancel(); });
}

std::shared_ptr<task> tasks::open(const identity::principal& who, executor home) {
    auto made = std::make_shared<task>(random_id(id_bytes), who, home, clock_);
    const std::lock_guard lock(mutex_);
    // Looking through all of them takes a while, and they live for long.
    if (const auto now = clock_.steady(); now >= next_look_) {
        next_look_ = now + std::chrono::seconds(1);
        forget_expired();
    }
    if (by_id_.size() >= most_tasks) return nullptr;
    by_id_.emplace(made->id(), made);
    return made;
}

std::shared_ptr<task> tasks::find(std::string_view id, const identity::principal& who) {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(std::string(id));
    if (found == by_id_.end() || !found->second->belongs_to(who) || found->second->has_expired()) return nullptr;
    return found->second;
}

void tasks::forget(const task& which) {
    const std::lock_guard lock(mutex_);
    by_id_.erase(which.id());
}

std::size_t tasks::size() const {
    const std::lock_guard lock(mutex_);
    return by_id_.size();
}

void tasks::forget_all() {
    const std::lock_guard lock(mutex_);
    by_id_.clear();
}

void tasks::forget_expired() {
    std::erase_if(by_id_, [](const auto& one) {
        if (!one.second->has_expired()) return false;
        one.second->cancel();
        return true;
    });
}

}  // namespace toolrack::mcp
