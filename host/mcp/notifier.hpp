// The notifier: sends the changes of lists and resources to the clients that subscribed to them.
//
// Modern clients subscribe with subscriptions/listen, each with a filter; legacy clients get notifications on the
// standalone stream of their session. Plugins report changes from any thread. Outlives every generation. Thread-safe.
// (2026-07-28, basic/patterns/subscriptions; 2025-11-25, server/resources, "Subscriptions".)
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/mutex.hpp"
#include "mcp/sessions.hpp"
#include "mcp/stream_queue.hpp"

namespace toolrack::mcp {

enum class list_kind { tools, prompts, resources };
std::optional<list_kind> read_list_kind(std::string_view word);  // "tool", "prompt", "resource"

class notifier {
public:
    // `sessions` must outlive it. The subscriptions of a session end with it. `held` counts the URIs; null: they are
    // not counted.
    explicit notifier(sessions& sessions, std::shared_ptr<held_bytes> held = nullptr);
    ~notifier();
    notifier(const notifier&) = delete;
    notifier& operator=(const notifier&) = delete;

    struct subscription {
        identity::principal who;
        std::string id;  // JSON text of the request's id
        std::shared_ptr<stream_queue> to;
        std::set<list_kind> lists = {};
        std::set<std::string, std::less<>> resources = {};  // once added, guarded by the notifier
        std::unique_ptr<held_bytes::item> counted = nullptr;
    };
    // Null when there are too many, in total or of the principal.
    std::shared_ptr<subscription> add(subscription wanted);
    void remove(const std::shared_ptr<subscription>& which);
    // Ends the subscriptions to resources for which `is_allowed` is false: a new generation may require other scopes.
    void review(const std::function<bool(const identity::principal& who, std::string_view uri)>& is_allowed);
    // The server shuts down: ends every subscription with its result.
    void end_all();

    bool is_over() const;

    void forget_all();

    void list_changed(list_kind kind);
    void resource_updated(std::string_view uri);

    // Called when the first subscriber of a resource comes (true) and when the last one leaves (false), in that order.
    // The callback may report changes, and must not watch or unwatch.
    void on_watch(std::function<void(std::string_view uri, bool on)> callback);
    // The subscriptions of legacy sessions.
    void watch(std::string_view uri);
    void unwatch(std::string_view uri);

private:
    void call_back(std::string_view uri, bool on) TOOLRACK_REQUIRES(callback_order_);
    static void end(const subscription& one);

    sessions& sessions_;
    const std::shared_ptr<held_bytes> held_;
    mutex callback_order_;  // locked before mutex_, and held during a callback
    mutable mutex mutex_;
    std::set<std::shared_ptr<subscription>> subscriptions_ TOOLRACK_GUARDED_BY(mutex_);
    bool is_over_ TOOLRACK_GUARDED_BY(mutex_) = false;
    std::map<std::string, std::size_t, std::less<>> watched_ TOOLRACK_GUARDED_BY(mutex_);
    std::function<void(std::string_view, bool)> on_watch_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::mcp
