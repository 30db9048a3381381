#include "mcp/notifier.hpp"

#include <utility>
#include <vector>

#include "mcp/result.hpp"
#include "wire/json_writer.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {
namespace {

constexpr std::size_t max_subscriptions = 20'000;
// Estimates of what a subscription and each of its URIs use in memory, without the text.
constexpr std::size_t subscription_bytes = 1024, bytes_beside_uri = 256;

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
    std::string params;
    wire::json_writer writer(params);
    writer.begin_object().members(subscription_meta(to.id));
    if (!uri.empty()) writer.string("uri", uri);
    writer.end_object();
    return params;
}

std::string legacy_params(std::string_view uri) {
    std::string params;
    wire::json_writer(params).begin_object().string("uri", uri).end_object();
    return params;
}

}  // namespace

std::optional<list_kind> read_list_kind(std::string_view word) {
    if (word == "tool") return list_kind::tools;
    if (word == "prompt") return list_kind::prompts;
    if (word == "resource") return list_kind::resources;
    return std::nullopt;
}

notifier::notifier(sessions& sessions, std::shared_ptr<held_bytes> held) : sessions_(sessions), held_(std::move(held)) {
    sessions_.on_end([this](const session& ended) {
        for (const auto& uri : ended.subscriptions()) unwatch(uri);
    });
}

notifier::~notifier() { sessions_.on_end(nullptr); }

// The subscriber is in the table before the callback, so that it gets a change that the plugin reports at once.
std::shared_ptr<notifier::subscription> notifier::add(subscription wanted) {
    auto made = std::make_shared<subscription>(std::move(wanted));
    if (held_) {
        std::size_t bytes = subscription_bytes;
        for (const auto& uri : made->resources) bytes += uri.size() + bytes_beside_uri;
        made->counted = held_->try_add(owner_key(made->who), bytes);
        if (!made->counted) return nullptr;
    }
    const lock_guard in_order(callback_order_);
    std::vector<std::string> first;
    {
        const lock_guard lock(mutex_);
        if (subscriptions_.size() >= max_subscriptions) return nullptr;
        subscriptions_.insert(made);
        for (const auto& uri : made->resources)
            if (++watched_[uri] == 1) first.push_back(uri);
    }
    for (const auto& uri : first) call_back(uri, true);
    return made;
}

void notifier::remove(const std::shared_ptr<subscription>& which) {
    std::set<std::string, std::less<>> uris;
    {
        const lock_guard lock(mutex_);
        if (subscriptions_.erase(which) == 0) return;
        uris.swap(which->resources);
    }
    for (const auto& uri : uris) unwatch(uri);
}

void notifier::review(const std::function<bool(const identity::principal&, std::string_view)>& is_allowed) {
    std::vector<std::string> ended;
    {
        const lock_guard lock(mutex_);
        for (const auto& one : subscriptions_)
            std::erase_if(one->resources, [&](const std::string& uri) {
                if (is_allowed(one->who, uri)) return false;
                ended.push_back(uri);
                return true;
            });
    }
    for (const auto& session : sessions_.all())
        for (auto& uri : session->end_subscriptions(is_allowed)) ended.push_back(std::move(uri));
    for (const auto& uri : ended) unwatch(uri);
}

void notifier::end(const subscription& one) {
    std::string result;
    wire::json_writer(result)
        .begin_object()
        .string("resultType", "complete")
        .members(subscription_meta(one.id))
        .end_object();
    one.to->end(wire::result_reply(one.id, result));
}

void notifier::end_all() {
    const lock_guard lock(mutex_);
    is_over_ = true;
    for (const auto& one : subscriptions_) end(*one);
    for (const auto& session : sessions_.all()) session->standalone()->attach(nullptr);
}

bool notifier::is_over() const {
    const lock_guard lock(mutex_);
    return is_over_;
}

void notifier::forget_all() {
    const lock_guard lock(mutex_);
    subscriptions_.clear();
}

void notifier::list_changed(list_kind kind) {
    {
        const lock_guard lock(mutex_);
        for (const auto& one : subscriptions_)
            if (one->lists.contains(kind)) one->to->send(wire::notification(method_of(kind), modern_params(*one, {})));
    }
    for (const auto& session : sessions_.all()) session->standalone()->send(wire::notification(method_of(kind), "{}"));
}

void notifier::resource_updated(std::string_view uri) {
    {
        const lock_guard lock(mutex_);
        for (const auto& one : subscriptions_)
            if (one->resources.contains(uri)) one->to->send(wire::notification(updated, modern_params(*one, uri)));
    }
    for (const auto& session : sessions_.all())
        if (session->is_subscribed(uri)) session->standalone()->send(wire::notification(updated, legacy_params(uri)));
}

void notifier::on_watch(std::function<void(std::string_view, bool)> callback) {
    const lock_guard lock(mutex_);
    on_watch_ = std::move(callback);
}

void notifier::watch(std::string_view uri) {
    const lock_guard in_order(callback_order_);
    {
        const lock_guard lock(mutex_);
        if (++watched_[std::string(uri)] > 1) return;
    }
    call_back(uri, true);
}

void notifier::unwatch(std::string_view uri) {
    const lock_guard in_order(callback_order_);
    {
        const lock_guard lock(mutex_);
        const auto found = watched_.find(uri);
        if (found == watched_.end() || --found->second > 0) return;
        watched_.erase(found);
    }
    call_back(uri, false);
}

void notifier::call_back(std::string_view uri, bool on) {
    std::function<void(std::string_view, bool)> callback;
    {
        const lock_guard lock(mutex_);
        callback = on_watch_;
    }
    if (callback) callback(uri, on);
}

}  // namespace toolrack::mcp
