// A task: a call that goes on after its request was answered with a handle. (Extension
// io.modelcontextprotocol/tasks, SEP-2663.)
//
// Whoever holds the handle asks how it stands, listens to how that changes, gives what it waits for, or
// takes it back; only the principal who began it may. The work itself waits on the I/O thread that began
// it, which is home; everything else is thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/asio.hpp"
#include "base/clock.hpp"
#include "mcp/stream_queue.hpp"
#include "plugin/instance.hpp"
#include "wire/json.hpp"
#include "identity/principal.hpp"

namespace toolrack::mcp {

class task : public std::enable_shared_from_this<task> {
public:
    static constexpr std::string_view extension = "io.modelcontextprotocol/tasks";
    static constexpr auto lifetime = std::chrono::hours(1);  // from its beginning, done or not

    task(std::string id, const identity::principal& who, executor home, const clock& clock);

    const std::string& id() const noexcept { return id_; }
    bool belongs_to(const identity::principal& who) const { return who.is_same_as(who_); }
    const identity::principal& who() const noexcept { return who_; }
    bool has_expired() const;

    // Any thread ------------------------------------------------------------------------------------

    // How it stands: the members of a result, without braces. With `outcome`, also what came of it.
    std::string members(bool with_outcome) const;
    // Answers to what it asked, by key; others are ignored.
    void give(const json::value& responses);
    void cancel();
    // From now on `to` is told of every change, under the id of its subscription; and at once when there
    // is more to tell than that it works.
    void follow(std::shared_ptr<stream_queue> to, std::string subscription);

    // Home ------------------------------------------------------------------------------------------

    // Until the first answer is there, or for `so_long`. Then, without an answer, it is a task.
    awaitable<std::optional<plugin::answer>> become(std::chrono::milliseconds so_long);
    bool is_announced() const noexcept { return is_announced_; }
    // The answer to a call that did not become a task.
    void answer_early(plugin::answer answer);

    // Asks, and returns the answers as a JSON object; nothing when it was cancelled meanwhile.
    awaitable<std::optional<std::string>> ask(const json::value& requests);
    // What it is at, in words for a person; until it is at something else.
    void say(std::string_view message);
    void complete(std::string result);
    void fail(std::string error);
    // Run, on this thread, when it is cancelled; null takes the wish back.
    void on_cancelled(std::function<void()> then) { cancelled_ = std::move(then); }
    bool is_cancelled() const;

private:
    enum class status { working, input_required, completed, failed, cancelled };
    static std::string_view name_of(status one);

    void change(status to, std::string outcome, std::string message = {});
    void ring();

    struct follower {
        std::shared_ptr<stream_queue> to;
        std::string subscription;
    };
    // With the lock.
    std::string described(bool with_outcome) const;
    void updated();
    void tell(const follower& one) const;

    const std::string id_;
    const identity::principal who_;
    const executor home_;
    const clock& clock_;
    const std::chrono::steady_clock::time_point begun_;
    const std::chrono::system_clock::time_point created_;  // the same, for people

    mutable std::mutex mutex_;
    status status_ = status::working;
    std::chrono::system_clock::time_point updated_;
    std::string message_;                                           // for a person
    std::string outcome_;                                           // the result or error, JSON
    std::vector<follower> followers_;
    struct question {
        std::string key;    // as the client sees it: never the same one twice
        std::string asked;  // as the plugin said it
        std::string json;
    };
    std::vector<question> open_requests_;
    std::set<std::string> used_keys_;
    std::string responses_;                                         // members, without braces

    timer bell_;
    bool is_announced_ = false;
    std::optional<plugin::answer> early_;
    std::function<void()> cancelled_;
};

// All tasks, in the hub. Capped, and forgotten when their time is over. Thread-safe.
class tasks {
public:
    explicit tasks(const clock& clock) : clock_(clock) {}

    // Null when there are too many.
    std::shared_ptr<task> open(const identity::principal& who, executor home);
    // Null when there is none of that id for this principal.
    std::shared_ptr<task> find(std::string_view id, const identity::principal& who);
    void forget(const task& which);
    void forget_all();
    // How many are kept, done or not.
    std::size_t size() const;

private:
    void forget_expired();

    const clock& clock_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<task>> by_id_;
    std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace toolrack::mcp
