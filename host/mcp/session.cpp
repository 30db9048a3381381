#include "mcp/session.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace toolrack::mcp {
namespace {

constexpr std::size_t max_streams = 16;
constexpr std::size_t max_subscriptions_of_a_session = 1000;

// Of a subscription, beside its URI: the table entries here and in the notifier, and the principal.
constexpr std::size_t bytes_beside_subscribed_uri = 512;

}  // namespace

session::session(const identity::principal& who,
                 const wire::version& version,
                 std::string client,
                 std::shared_ptr<held_bytes> held)
    : owner_(owner_key(who)), held_(std::move(held)), version_(version), client_(std::move(client)) {}

void session::add_call(std::string_view id, std::function<void()> cancel) {
    {
        const lock_guard lock(mutex_);
        if (!has_ended_) {
            calls_[std::string(id)] = std::move(cancel);
            return;
        }
    }
    cancel();
}

void session::remove_call(std::string_view id) {
    const lock_guard lock(mutex_);
    calls_.erase(std::string(id));
}

void session::cancel_call(std::string_view id) {
    std::function<void()> cancel;
    {
        const lock_guard lock(mutex_);
        const auto found = calls_.find(std::string(id));
        if (found == calls_.end()) return;
        cancel = std::move(found->second);
        calls_.erase(found);
    }
    cancel();
}

session::client_request session::open_request(executor thread) {
    client_request made;
    made.response = std::make_shared<plugin::in_flight<client_response>>(thread);
    const lock_guard lock(mutex_);
    made.id = "\"toolrack-" + std::to_string(next_request_++) + '"';
    if (has_ended_) made.response->abandon();
    else requests_.emplace(made.id, made.response);
    return made;
}

void session::close_request(const client_request& which) {
    const lock_guard lock(mutex_);
    requests_.erase(which.id);
}

void session::deliver_response(std::string_view id, client_response response) {
    std::shared_ptr<plugin::in_flight<client_response>> to;
    {
        const lock_guard lock(mutex_);
        const auto found = requests_.find(std::string(id));
        if (found == requests_.end()) return;
        to = std::move(found->second);
        requests_.erase(found);
    }
    to->deliver(std::move(response));
}

std::shared_ptr<event_stream> session::open_stream() {
    const lock_guard lock(mutex_);
    // A stream that is not finished has a request under way, and the limit of those bounds it.
    const auto oldest = std::ranges::find_if(streams_, [](const auto& one) { return one->is_finished(); });
    if (streams_.size() >= max_streams && oldest != streams_.end()) streams_.erase(oldest);
    auto made = std::make_shared<event_stream>(next_stream_++, owner_, held_);
    if (!has_ended_) streams_.push_back(made);
    return made;
}

void session::drop(const std::shared_ptr<event_stream>& stream) {
    const lock_guard lock(mutex_);
    std::erase(streams_, stream);
}

std::shared_ptr<event_stream> session::find_stream(std::uint64_t number) const {
    if (number == standalone_->number()) return standalone_;
    const lock_guard lock(mutex_);
    const auto found = std::ranges::find(streams_, number, &event_stream::number);
    return found == streams_.end() ? nullptr : *found;
}

bool session::is_in_use() const {
    const lock_guard lock(mutex_);
    return !calls_.empty() || !requests_.empty() || standalone_->is_attached() ||
           std::ranges::any_of(streams_, [](const auto& one) { return one->is_attached(); });
}

bool session::subscribe(std::string_view uri, const identity::principal& who) {
    const lock_guard lock(mutex_);
    if (const auto found = subscriptions_.find(uri); found != subscriptions_.end()) {
        found->second.who = who;
        return false;
    }
    if (has_ended_ || subscriptions_.size() >= max_subscriptions_of_a_session) return false;
    subscription made{who, held_ ? held_->try_add(owner_, uri.size() + bytes_beside_subscribed_uri) : nullptr};
    if (held_ && !made.counted) return false;
    return subscriptions_.emplace(uri, std::move(made)).second;
}

bool session::unsubscribe(std::string_view uri) {
    const lock_guard lock(mutex_);
    const auto found = subscriptions_.find(uri);
    if (found == subscriptions_.end()) return false;
    subscriptions_.erase(found);
    return true;
}

bool session::is_subscribed(std::string_view uri) const {
    const lock_guard lock(mutex_);
    return subscriptions_.contains(uri);
}

std::vector<std::string>
session::end_subscriptions(const std::function<bool(const identity::principal&, std::string_view)>& is_allowed) {
    std::vector<std::string> ended;
    const lock_guard lock(mutex_);
    std::erase_if(subscriptions_, [&](const auto& one) {
        if (is_allowed(one.second.who, one.first)) return false;
        ended.push_back(one.first);
        return true;
    });
    return ended;
}

std::set<std::string, std::less<>> session::subscriptions() const {
    const lock_guard lock(mutex_);
    std::set<std::string, std::less<>> uris;
    for (const auto& [uri, subscription] : subscriptions_) uris.insert(uri);
    return uris;
}

std::size_t session::interrupt_calls() {
    const lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [id, response] : requests_) count += response->interrupt();
    return count;
}

void session::end() {
    std::vector<std::function<void()>> calls;
    std::deque<std::shared_ptr<event_stream>> streams;
    {
        const lock_guard lock(mutex_);
        for (auto& [id, cancel] : calls_) calls.push_back(std::move(cancel));
        calls_.clear();
        requests_.clear();
        has_ended_ = true;
        streams = std::exchange(streams_, {});
    }
    for (const auto& cancel : calls) cancel();
    for (const auto& stream : streams) stream->attach(nullptr);
    standalone_->attach(nullptr);
}

}  // namespace toolrack::mcp
