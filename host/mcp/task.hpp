// A task: a call that continues after its request was answered with a task id. (Extension
// io.modelcontextprotocol/tasks, SEP-2663.)
//
// Only the principal that started it may read, follow, update or cancel it. The call itself waits on the I/O thread on
// which it started; everything else is thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/asio.hpp"
#include "base/clock.hpp"
#include "base/mutex.hpp"
#include "identity/principal.hpp"
#include "mcp/held_bytes.hpp"
#include "mcp/stream_queue.hpp"
#include "plugin/instance.hpp"
#include "wire/json.hpp"

namespace toolrack::mcp {

class task : public std::enable_shared_from_this<task> {
public:
    static constexpr std::string_view extension = "io.modelcontextprotocol/tasks";
    static constexpr auto lifetime = std::chrono::hours(1);  // from its start, also after its end

    // Calls wait on the thread of `thread`. The outcome counts in `held`; null: it is not counted. A task whose outcome
    // was dropped to make room has expired.
    task(std::string id,
         const identity::principal& owner,
         executor thread,
         const clock& clock,
         std::shared_ptr<held_bytes> held = nullptr);

    const std::string& id() const noexcept { return id_; }
    bool belongs_to(const identity::principal& who) const { return who.is_same_as(owner_); }
    const identity::principal& owner() const noexcept { return owner_; }
    bool has_expired() const;

    // Any thread ------------------------------------------------------------------------------------

    // The members of a result that describes the task, without braces; with its outcome on request.
    std::string members(bool with_outcome) const;
    // The responses to its input requests, by key; others are ignored.
    void deliver_input(const json::value& responses);
    void cancel();
    // Sends every change to `to` from now on, and the current state first unless the task is working without a message.
    void follow(std::shared_ptr<stream_queue> to, std::string subscription_id);
    bool is_cancelled() const;
    bool has_ended() const;
    std::chrono::steady_clock::time_point started() const noexcept { return started_; }

    // The thread of the call ------------------------------------------------------------------------

    // Waits until the call has its first answer, for at most `delay`. Without an answer the call is then a task.
    awaitable<std::optional<plugin::answer>> wait_for_early_answer(std::chrono::milliseconds delay);
    // Whether the client gets the id of this task.
    bool is_announced() const noexcept { return is_announced_; }
    // The first answer of a call that did not become a task.
    void set_early_answer(plugin::answer answer);

    // Waits for the responses to input requests, as a JSON object; nothing when the task ended meanwhile.
    awaitable<std::optional<std::string>> request_input(const json::value& requests);
    void set_status_message(std::string_view message);
    void complete(std::string result);
    void fail(std::string error);
    // Runs on this thread when the task is cancelled; null removes the callback.
    void on_cancelled(std::function<void()> callback) { cancelled_ = std::move(callback); }

private:
    enum class status { working, input_required, completed, failed, cancelled };
    static std::string_view name_of(status one);

    void change(status to, std::string outcome, std::string message = {});
    void drop_outcome();
    void wake();

    struct follower {
        std::shared_ptr<stream_queue> to;
        std::string subscription_id;
    };
    std::string description(bool with_outcome) const TOOLRACK_REQUIRES(mutex_);
    void notify_followers() TOOLRACK_REQUIRES(mutex_);
    void notify(const follower& one) const TOOLRACK_REQUIRES(mutex_);
    bool waits_for_input() const;

    const std::string id_;
    const identity::principal owner_;
    const executor thread_;
    const clock& clock_;
    const std::chrono::steady_clock::time_point started_;
    const std::chrono::system_clock::time_point created_;  // the same, as wall time
    const std::shared_ptr<held_bytes> held_;

    struct input_request {
        std::string key;         // for the client: unique within the task
        std::string plugin_key;  // as the plugin sent it
        std::string json;
    };
    mutable mutex mutex_;
    status status_ TOOLRACK_GUARDED_BY(mutex_) = status::working;
    std::chrono::system_clock::time_point updated_ TOOLRACK_GUARDED_BY(mutex_);
    std::string message_ TOOLRACK_GUARDED_BY(mutex_);
    std::string outcome_ TOOLRACK_GUARDED_BY(mutex_);  // the result or the error, JSON
    std::unique_ptr<held_bytes::item> counted_ TOOLRACK_GUARDED_BY(mutex_);
    bool is_dropped_ TOOLRACK_GUARDED_BY(mutex_) = false;
    std::vector<follower> followers_ TOOLRACK_GUARDED_BY(mutex_);
    std::vector<input_request> open_requests_ TOOLRACK_GUARDED_BY(mutex_);
    std::set<std::string> used_keys_ TOOLRACK_GUARDED_BY(mutex_);
    std::string responses_ TOOLRACK_GUARDED_BY(mutex_);  // members, without braces

    timer wakeup_;
    bool is_announced_ = false;
    std::optional<plugin::answer> early_;
    std::function<void()> cancelled_;
};

// All tasks of the process: at most 10,000, and 1000 of one principal, each removed when it expires, or when the
// outcomes of its principal use too much memory. Where there are too many in total, an ended one of the principal with
// the most makes room. Thread-safe.
class tasks {
public:
    // `held` may be null: outcomes are not counted.
    explicit tasks(const clock& clock, std::shared_ptr<held_bytes> held = nullptr)
        : clock_(clock), held_(std::move(held)) {}

    // Null when there are too many; the call then runs without a task.
    std::shared_ptr<task> open(const identity::principal& owner, executor thread);
    // Null when this principal has no task of that id.
    std::shared_ptr<task> find(std::string_view id, const identity::principal& who);
    void remove(const task& which);
    void forget_all();
    std::size_t size() const;

private:
    using table = std::unordered_map<std::string, std::shared_ptr<task>>;
    void remove_expired() TOOLRACK_REQUIRES(mutex_);
    bool make_room() TOOLRACK_REQUIRES(mutex_);
    void erase(table::iterator which) TOOLRACK_REQUIRES(mutex_);

    const clock& clock_;
    const std::shared_ptr<held_bytes> held_;
    mutable mutex mutex_;
    table by_id_ TOOLRACK_GUARDED_BY(mutex_);
    std::unordered_map<std::string, std::size_t> counts_ TOOLRACK_GUARDED_BY(mutex_);  // by owner
    std::chrono::steady_clock::time_point next_expiry_check_ TOOLRACK_GUARDED_BY(mutex_){};
};

}  // namespace toolrack::mcp
