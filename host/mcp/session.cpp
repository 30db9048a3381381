#include "mcp/session.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace toolrack::mcp {
namespace {

constexpr std::size_t most_streams = 16;
constexpr std::size_t most_subscriptions = 1000;

}  // namespace

void session::add_call(std::string_view id, std::function<void()> cancel) {
    const std::lock_guard lock(mutex_);
    calls_[std::string(id)] = std::move(cancel);
}

void session::remove_call(std::string_view id) {
    const std::lock_guard lock(mutex_);
    calls_.erase(std::string(id));
}

void session::cancel_call(std::string_view id) {
    std::function<void()> cancel;
    {
        const std::lock_guard lock(mutex_);
        const auto found = calls_.find(std::string(id));
        if (found == calls_.end()) return;
        cancel = std::move(found->second);
        calls_.erase(found);
    }
    cancel();
}

session::question session::ask(executor home) {
    question made;
    made.answer = std::make_shared<plugin::in_flight<client_answer>>(home);
    const std::lock_guard lock(mutex_);
    made.id = "\"toolrack-" + std::to_string(next_question_++) + '"';
    if (is_over_) made.answer->abandon();
    else questions_.emplace(made.id, made.answer);
    return made;
}

void session::forget(const question& asked) {
    const std::lock_guard lock(mutex_);
    questions_.erase(asked.id);
}

void session::answer(std::string_view id, client_answer said) {
    std::shared_ptr<plugin::in_flight<client_answer>> to;
    {
        const std::lock_guard lock(mutex_);
        const auto found = questions_.find(std::string(id));
        if (found == questions_.end()) return;
        to = std::move(found->second);
        questions_.erase(found);
    }
    to->deliver(std::move(said));
}

std::shared_ptr<event_stream> session::open_stream() {
    const std::lock_guard lock(mutex_);
    // Only what is over is forgotten; what is not has a request under way, and is bounded with those.
    const auto over = std::find_if(streams_.begin(), streams_.end(), [](const auto& one) {
        return one->is_finished();
    });
    if (streams_.size() >= most_streams && over != streams_.end()) streams_.erase(over);
    auto made = std::make_shared<event_stream>(next_stream_++);
    if (!is_over_) streams_.push_back(made);
    return made;
}

void session::drop(const std::shared_ptr<event_stream>& stream) {
    const std::lock_guard lock(mutex_);
    std::erase(streams_, stream);
}

std::shared_ptr<event_stream> session::find_stream(std::uint64_t number) const {
    if (number == standalone_->number()) return standalone_;
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(
        streams_.begin(), streams_.end(), [&](const auto& one) { return one->number() == number; });
    return found == streams_.end() ? nullptr : *found;
}

bool session::subscribe(std::string_view uri, const identity::principal& who) {
    const std::lock_guard lock(mutex_);
    if (const auto found = subscriptions_.find(uri); found != subscriptions_.end()) {
        found->second = who;
        return false;
    }
    if (is_over_ || subscriptions_.size() >= most_subscriptions) return false;
    return subscriptions_.emplace(uri, who).second;
}

bool session::unsubscribe(std::string_view uri) {
    const std::lock_guard lock(mutex_);
    const auto found = subscriptions_.find(uri);
    if (found == subscriptions_.end()) return false;
    subscriptions_.erase(found);
    return true;
}

bool session::is_subscribed(std::string_view uri) const {
    const std::lock_guard lock(mutex_);
    return subscriptions_.contains(uri);
}

std::vector<std::string> session::review(
    const std::function<bool(const identity::principal&, std::string_view)>& may_hear) {
    std::vector<std::string> ended;
    const std::lock_guard lock(mutex_);
    std::erase_if(subscriptions_, [&](const auto& one) {
        if (may_hear(one.second, one.first)) return false;
        ended.push_back(one.first);
        return true;
    });
    return ended;
}

std::set<std::string, std::less<>> session::subscriptions() const {
    const std::lock_guard lock(mutex_);
    std::set<std::string, std::less<>> uris;
    for (const auto& [uri, who] : subscriptions_) uris.insert(uri);
    return uris;
}

std::size_t session::cut_off() {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [id, answer] : questions_) count += answer->cut_off();
    return count;
}

void session::end() {
    std::vector<std::function<void()>> calls;
    std::deque<std::shared_ptr<event_stream>> streams;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [id, cancel] : calls_) calls.push_back(std::move(cancel));
        calls_.clear();
        questions_.clear();
        is_over_ = true;
        streams = std::exchange(streams_, {});
    }
    for (const auto& cancel : calls) cancel();
    for (const auto& stream : streams) stream->attach(nullptr);
    standalone_->attach(nullptr);
}

}  // namespace toolrack::mcp
