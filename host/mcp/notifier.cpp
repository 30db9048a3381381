#include "mcp/notifier.hpp"

#include <utility>
#include <vector>

#include "mcp/result.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {
namespace {

constexpr std::size_t most_subscriptions = 20'000;

std::string_view method_of(list_kind kind) {
    switch (kind) {
    case list_kind::tools: return "notifications/tools/list_changed";
    case list_kind::prompts: return "notifications/prompts/list_changed";
    case list_kind::resources: return "notifications/resources/list_changed";
    }
    return {};
}

constexpr std::string_view updated = "notifications/resources/updated";

std::string modern_params(const notifier::subscription& to, std::string_view uri) {
    std::string params = '{' + subscription_meta(to.id);
    if (!uri.empty()) {
        params += ",\"uri\":";
        json::write_string(params, uri);
    }
    params += '}';
    return params;
}

std::string legacy_params(std::string_view uri) {
    std::string params = "{\"uri\":";
    json::write_string(params, uri);
    params += '}';
    return params;
}

}  // namespace

std::optional<list_kind> read_list_kind(std::string_view word) {
    if (word == "tool") return list_kind::tools;
    if (word == "prompt") return list_kind::prompts;
    if (word == "resource") return list_kind::resources;
    return std::nullopt;
}

notifier::notifier(sessions& sessions) : sessions_(sessions) {
    sessions_.on_end([this](const session& gone) {
        for (const auto& uri : gone.subscriptions()) unwatch(uri);
    });
}

notifier::~notifier() { sessions_.on_end(nullptr); }

// Whoever is added is told of changes from the moment on in which a plugin hears that they listen.
std::shared_ptr<notifier::subscription> notifier::add(subscription wanted) {
    auto made = std::make_shared<subscription>(std::move(wanted));
    const std::lock_guard in_order(telling_);
    std::vector<std::string> first;
    {
        const std::lock_guard lock(mutex_);
        if (subscriptions_.size() >= most_subscriptions) return nullptr;
        subscriptions_.insert(made);
        for (const auto& uri : made->resources)
            if (++watched_[uri] == 1) first.push_back(uri);
    }
    for (const auto& uri : first) tell(uri, true);
    return made;
}

void notifier::remove(const std::shared_ptr<subscription>& which) {
    std::set<std::string, std::less<>> uris;
    {
        const std::lock_guard lock(mutex_);
        if (subscriptions_.erase(which) == 0) return;
        uris.swap(which->resources);
    }
    for (const auto& uri : uris) unwatch(uri);
}

void notifier::review(const std::function<bool(const identity::principal&, std::string_view)>& may_hear) {
    std::vector<std::string> ended;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& one : subscriptions_)
            std::erase_if(one->resources, [&](const std::string& uri) {
                if (may_hear(one->who, uri)) return false;
                ended.push_back(uri);
                return true;
            });
    }
    for (const auto& session : sessions_.all())
        for (auto& uri : session->review(may_hear)) ended.push_back(std::move(uri));
    for (const auto& uri : ended) unwatch(uri);
}

void notifier::end(const subscription& one) {
    one.to->end(wire::result_reply(one.id, R"({"resultType":"complete",)" + subscription_meta(one.id) + '}'));
}

void notifier::end_all() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    for (const auto& one : subscriptions_) end(*one);
    for (const auto& session : sessions_.all()) session->standalone()->attach(nullptr);
}

bool notifier::is_over() const {
    const std::lock_guard lock(mutex_);
    return is_over_;
}

void notifier::forget_all() {
    const std::lock_guard lock(mutex_);
    subscriptions_.clear();
}

void notifier::list_changed(list_kind kind) {
    {
        const std::lock_guard lock(mutex_);
        for (const auto& one : subscriptions_)
            if (one->lists.contains(kind)) one->to->send(wire::notification(method_of(kind), modern_params(*one, {})));
    }
    for (const auto& session : sessions_.all()) session->standalone()->send(wire::notification(method_of(kind), "{}"));
}

void notifier::resource_updated(std::string_view uri) {
    {
        const std::lock_guard lock(mutex_);
        for (const auto& one : subscriptions_)
            if (one->resources.contains(uri)) one->to->send(wire::notification(updated, modern_params(*one, uri)));
    }
    for (const auto& session : sessions_.all())
        if (session->is_subscribed(uri)) session->standalone()->send(wire::notification(updated, legacy_params(uri)));
}

void notifier::on_watch(std::function<void(std::string_view, bool)> tell) {
    const std::lock_guard lock(mutex_);
    tell_ = std::move(tell);
}

void notifier::watch(std::string_view uri) {
    const std::lock_guard in_order(telling_);
    {
        const std::lock_guard lock(mutex_);
        if (++watched_[std::string(uri)] > 1) return;
    }
    tell(uri, true);
}

void notifier::unwatch(std::string_view uri) {
    const std::lock_guard in_order(telling_);
    {
        const std::lock_guard lock(mutex_);
        const auto found = watched_.find(uri);
        if (found == watched_.end() || --found->second > 0) return;
        watched_.erase(found);
    }
    tell(uri, false);
}

void notifier::tell(std::string_view uri, bool on) {
    std::function<void(std::string_view, bool)> to;
    {
        const std::lock_guard lock(mutex_);
        to = tell_;
    }
    if (to) to(uri, on);
}

}  // namespace toolrack::mcp
