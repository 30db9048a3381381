// Legacy sessions: what `initialize` agreed on, remembered under an unguessable name.
//
// A session is bound to the principal who made it, not to the token that was shown, and knowing its
// name proves nothing: whoever is not its principal is told that there is no such session. Few bytes
// each, capped, forgotten when idle; the least recently used one goes first. Lives in the hub, longer
// than any generation. Thread-safe. (2025-11-25, basic/transports, "Session Management".)
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "mcp/session.hpp"
#include "wire/era.hpp"
#include "identity/principal.hpp"

namespace toolrack::mcp {

class sessions {
public:
    sessions(std::size_t most, std::chrono::milliseconds idle, const clock& clock);

    // What is done with a session that is over, whether it was ended, idle for too long or had to make room.
    void on_end(std::function<void(const session&)> then);

    // The new session's name.
    std::string open(const identity::principal& who, const wire::version& version, std::string client);

    // Null when there is none of that name for this principal. Counts as use.
    std::shared_ptr<session> find(std::string_view name, const identity::principal& who);

    // False when there was none of that name for this principal. What it had open is ended.
    bool end(std::string_view name, const identity::principal& who);

    void forget_all();

    // Every session there is now. Does not count as use.
    std::vector<std::shared_ptr<session>> all() const;

    std::size_t size() const;

    // Of every session there is.
    std::size_t cut_off() const;

private:
    struct kept {
        std::string name;
        std::shared_ptr<mcp::session> session;
        std::chrono::steady_clock::time_point last_use;
    };
    using order = std::list<kept>;

    order::iterator locate(std::string_view name, const identity::principal& who);
    // Each takes sessions out of the table, into `gone`.
    using ended = std::vector<std::shared_ptr<session>>;
    void forget_idle(ended& gone);
    void forget(order::iterator which, ended& gone);
    // Without the lock.
    void end_all(const ended& gone);

    const std::size_t most_;
    const std::chrono::milliseconds idle_;
    const clock& clock_;
    mutable std::mutex mutex_;
    order by_use_;  // the least recently used first
    std::unordered_map<std::string_view, order::iterator> by_name_;
    std::function<void(const session&)> then_;
};

}  // namespace toolrack::mcp
