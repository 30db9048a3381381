// Legacy sessions, by an id that cannot be guessed.
//
// A session belongs to the principal that opened it, not to a token, and the id alone proves nothing: for any other
// principal the session does not exist. Idle sessions are removed. One principal may have a tenth of all sessions, or
// 100; where it has them already, its own least recently used session makes room for a new one; where there are too
// many in total, one of a principal that has at least the average number. A session in use is never ended for another.
// Outlives every generation. Thread-safe. (2025-11-25, basic/transports, "Session Management".)
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/mutex.hpp"
#include "identity/principal.hpp"
#include "mcp/session.hpp"
#include "wire/era.hpp"

namespace toolrack::mcp {

class sessions {
public:
    // `held` counts what the sessions keep for their clients; null: it is not counted.
    sessions(std::size_t max,
             std::chrono::milliseconds idle,
             const clock& clock,
             std::shared_ptr<held_bytes> held = nullptr);

    // Runs for every session that ends: on request, idle, or to make room.
    void on_end(std::function<void(const session&)> callback);

    // Returns the id of the new session; empty when there are too many, all in use.
    std::string open(const identity::principal& who, const wire::version& version, std::string client);
    // How many one principal may have.
    std::size_t max_of_principal() const noexcept { return max_of_principal_; }

    // Null when this principal has no such session. Counts as use.
    std::shared_ptr<session> find(std::string_view id, const identity::principal& who);

    // False when this principal has no such session.
    bool end(std::string_view id, const identity::principal& who);

    void forget_all();

    // Does not count as use.
    std::vector<std::shared_ptr<session>> all() const;

    std::size_t size() const;

    // session::interrupt_calls() of all sessions.
    std::size_t interrupt_calls() const;

private:
    struct entry {
        std::string id;
        std::shared_ptr<mcp::session> session;
        std::chrono::steady_clock::time_point last_use;
    };
    using order = std::list<entry>;

    order::iterator locate(std::string_view id, const identity::principal& who) TOOLRACK_REQUIRES(mutex_);
    // Each moves sessions from the table to `removed`, which is ended without the lock.
    using removed_sessions = std::vector<std::shared_ptr<session>>;
    void remove_idle(removed_sessions& removed) TOOLRACK_REQUIRES(mutex_);
    void remove(order::iterator which, removed_sessions& removed) TOOLRACK_REQUIRES(mutex_);
    // Removes a session if there are too many. False when every session that could go is in use.
    bool make_room(const std::string& owner, removed_sessions& removed) TOOLRACK_REQUIRES(mutex_);
    void end_all(const removed_sessions& removed) TOOLRACK_EXCLUDES(mutex_);

    const std::size_t max_, max_of_principal_;
    const std::chrono::milliseconds idle_;
    const clock& clock_;
    const std::shared_ptr<held_bytes> held_;
    mutable mutex mutex_;
    order by_use_ TOOLRACK_GUARDED_BY(mutex_);  // the least recently used first
    std::unordered_map<std::string_view, order::iterator> by_id_ TOOLRACK_GUARDED_BY(mutex_);
    std::unordered_map<std::string, std::size_t> counts_ TOOLRACK_GUARDED_BY(mutex_);  // by owner
    std::function<void(const session&)> on_end_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::mcp
