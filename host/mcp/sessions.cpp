#include "mcp/sessions.hpp"

#include "base/digest.hpp"

namespace toolrack::mcp {
namespace {

constexpr std::size_t name_bytes = 18;  // 144 random bits

}  // namespace

sessions::sessions(std::size_t most, std::chrono::milliseconds idle, const clock& clock)
    : most_(most), idle_(idle), clock_(clock) {}

std::string sessions::open(const identity::principal& who, const wire::version& version, std::string client) {
    kept made;
    made.name = random_id(name_bytes);
    made.session = std::make_shared<session>(who, version, std::move(client));
    made.last_use = clock_.steady();
    std::string name = made.name;

    ended gone;
    {
        const std::lock_guard lock(mutex_);
        forget_idle(gone);
        while (by_use_.size() >= most_) forget(by_use_.begin(), gone);
        by_use_.push_back(std::move(made));
        by_name_.emplace(by_use_.back().name, std::prev(by_use_.end()));
    }
    end_all(gone);
    return name;
}

void sessions::on_end(std::function<void(const session&)> then) {
    const std::lock_guard lock(mutex_);
    then_ = std::move(then);
}

std::shared_ptr<session> sessions::find(std::string_view name, const identity::principal& who) {
    ended gone;
    std::shared_ptr<session> found;
    {
        const std::lock_guard lock(mutex_);
        forget_idle(gone);
        if (const auto at = locate(name, who); at != by_use_.end()) {
            at->last_use = clock_.steady();
            by_use_.splice(by_use_.end(), by_use_, at);
            found = at->session;
        }
    }
    end_all(gone);
    return found;
}

bool sessions::end(std::string_view name, const identity::principal& who) {
    ended gone;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = locate(name, who); found != by_use_.end()) forget(found, gone);
    }
    end_all(gone);
    return !gone.empty();
}

void sessions::forget_all() {
    const std::lock_guard lock(mutex_);
    by_name_.clear();
    for (const auto& one : by_use_) one.session->end();  // a request that is still held may hold it, too
    by_use_.clear();
}

std::vector<std::shared_ptr<session>> sessions::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<session>> now;
    now.reserve(by_use_.size());
    for (const auto& one : by_use_) now.push_back(one.session);
    return now;
}

std::size_t sessions::size() const {
    const std::lock_guard lock(mutex_);
    return by_use_.size();
}

std::size_t sessions::cut_off() const {
    std::size_t count = 0;
    for (const auto& one : all()) count += one->cut_off();
    return count;
}

sessions::order::iterator sessions::locate(std::string_view name, const identity::principal& who) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return by_use_.end();
    return found->second->session->belongs_to(who) ? found->second : by_use_.end();
}

void sessions::forget_idle(ended& gone) {
    const auto now = clock_.steady();
    while (!by_use_.empty() && by_use_.front().last_use + idle_ <= now) forget(by_use_.begin(), gone);
}

void sessions::forget(order::iterator which, ended& gone) {
    gone.push_back(std::move(which->session));
    by_name_.erase(which->name);
    by_use_.erase(which);
}

void sessions::end_all(const ended& gone) {
    if (gone.empty()) return;
    std::function<void(const session&)> then;
    {
        const std::lock_guard lock(mutex_);
        then = then_;
    }
    for (const auto& one : gone) {
        one->end();
        if (then) then(*one);
    }
}

}  // namespace toolrack::mcp
