#include "mcp/sessions.hpp"

#include "base/digest.hpp"

namespace toolrack::mcp {
namespace {

constexpr std::size_t session_id_bytes = 18;  // 144 random bits

}  // namespace

sessions::sessions(std::size_t max, std::chrono::milliseconds idle, const clock& clock)
    : max_(max), idle_(idle), clock_(clock) {}

std::string sessions::open(const identity::principal& who, const wire::version& version, std::string client) {
    entry made;
    made.id = random_id(session_id_bytes);
    made.session = std::make_shared<session>(who, version, std::move(client));
    made.last_use = clock_.steady();
    std::string id = made.id;

    removed_sessions removed;
    {
        const lock_guard lock(mutex_);
        remove_idle(removed);
        while (by_use_.size() >= max_) remove(by_use_.begin(), removed);
        by_use_.push_back(std::move(made));
        by_id_.emplace(by_use_.back().id, std::prev(by_use_.end()));
    }
    end_all(removed);
    return id;
}

void sessions::on_end(std::function<void(const session&)> callback) {
    const lock_guard lock(mutex_);
    on_end_ = std::move(callback);
}

std::shared_ptr<session> sessions::find(std::string_view id, const identity::principal& who) {
    removed_sessions removed;
    std::shared_ptr<session> found;
    {
        const lock_guard lock(mutex_);
        remove_idle(removed);
        if (const auto at = locate(id, who); at != by_use_.end()) {
            at->last_use = clock_.steady();
            by_use_.splice(by_use_.end(), by_use_, at);
            found = at->session;
        }
    }
    end_all(removed);
    return found;
}

bool sessions::end(std::string_view id, const identity::principal& who) {
    removed_sessions removed;
    {
        const lock_guard lock(mutex_);
        if (const auto found = locate(id, who); found != by_use_.end()) remove(found, removed);
    }
    end_all(removed);
    return !removed.empty();
}

void sessions::forget_all() {
    const lock_guard lock(mutex_);
    by_id_.clear();
    for (const auto& one : by_use_) one.session->end();  // a request may still hold the session
    by_use_.clear();
}

std::vector<std::shared_ptr<session>> sessions::all() const {
    const lock_guard lock(mutex_);
    std::vector<std::shared_ptr<session>> now;
    now.reserve(by_use_.size());
    for (const auto& one : by_use_) now.push_back(one.session);
    return now;
}

std::size_t sessions::size() const {
    const lock_guard lock(mutex_);
    return by_use_.size();
}

std::size_t sessions::interrupt_calls() const {
    std::size_t count = 0;
    for (const auto& one : all()) count += one->interrupt_calls();
    return count;
}

sessions::order::iterator sessions::locate(std::string_view id, const identity::principal& who) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return by_use_.end();
    return found->second->session->belongs_to(who) ? found->second : by_use_.end();
}

void sessions::remove_idle(removed_sessions& removed) {
    const auto now = clock_.steady();
    while (!by_use_.empty() && by_use_.front().last_use + idle_ <= now) remove(by_use_.begin(), removed);
}

void sessions::remove(order::iterator which, removed_sessions& removed) {
    removed.push_back(std::move(which->session));
    by_id_.erase(which->id);
    by_use_.erase(which);
}

void sessions::end_all(const removed_sessions& removed) {
    if (removed.empty()) return;
    std::function<void(const session&)> callback;
    {
        const lock_guard lock(mutex_);
        callback = on_end_;
    }
    for (const auto& one : removed) {
        one->end();
        if (callback) callback(*one);
    }
}

}  // namespace toolrack::mcp
