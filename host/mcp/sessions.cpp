#include "mcp/sessions.hpp"

#include <algorithm>

#include "base/digest.hpp"

namespace toolrack::mcp {
namespace {

constexpr std::size_t session_id_bytes = 18;  // 144 random bits
constexpr std::size_t min_of_principal = 100;

}  // namespace

sessions::sessions(std::size_t max,
                   std::chrono::milliseconds idle,
                   const clock& clock,
                   std::shared_ptr<held_bytes> held)
    : max_(max), max_of_principal_(std::min(max, std::max(min_of_principal, max / 10))), idle_(idle), clock_(clock),
      held_(std::move(held)) {}

std::string sessions::open(const identity::principal& who, const wire::version& version, std::string client) {
    entry made;
    made.id = random_id(session_id_bytes);
    made.session = std::make_shared<session>(who, version, std::move(client), held_);
    made.last_use = clock_.steady();
    std::string id;

    removed_sessions removed;
    {
        const lock_guard lock(mutex_);
        remove_idle(removed);
        if (make_room(made.session->owner(), removed)) {
            id = made.id;
            ++counts_[made.session->owner()];
            by_use_.push_back(std::move(made));
            by_id_.emplace(by_use_.back().id, std::prev(by_use_.end()));
        }
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
    counts_.clear();
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

// Walks through all sessions, but only at a limit.
bool sessions::make_room(const std::string& owner, removed_sessions& removed) {
    const auto own = counts_.find(owner);
    const bool has_own_share = own != counts_.end() && own->second >= max_of_principal_;
    if (!has_own_share && by_use_.size() < max_) return true;
    const auto share = max_ / std::max<std::size_t>(1, counts_.size());
    const auto is_own = [&](const entry& one) { return one.session->owner() == owner && !one.session->is_in_use(); };
    const auto is_of_large_share = [&](const entry& one) {
        return counts_.at(one.session->owner()) >= share && !one.session->is_in_use();
    };
    auto oldest = has_own_share ? by_use_.end() : std::ranges::find_if(by_use_, is_of_large_share);
    if (oldest == by_use_.end()) oldest = std::ranges::find_if(by_use_, is_own);
    if (oldest == by_use_.end()) return false;
    remove(oldest, removed);
    return true;
}

void sessions::remove(order::iterator which, removed_sessions& removed) {
    if (const auto own = counts_.find(which->session->owner()); own != counts_.end() && --own->second == 0)
        counts_.erase(own);
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
