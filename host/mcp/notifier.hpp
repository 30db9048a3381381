// The notifier: who wants to hear of changes, and how they hear.
//
// Modern clients listen with subscriptions/listen, each with a filter; legacy ones hear on their
// session's own stream. Plugins speak from any thread. Lives in the hub. Thread-safe.
// (2026-07-28, basic/patterns/subscriptions; 2025-11-25, server/resources, "Subscriptions".)
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "mcp/stream_queue.hpp"
#include "mcp/sessions.hpp"

namespace toolrack::mcp {

enum class list_kind { tools, prompts, resources };
std::optional<list_kind> read_list_kind(std::string_view word);  // "tool", "prompt", "resource"

class notifier {
public:
    // `sessions` must outlive it; what a session watched is watched no more when it is over.
    explicit notifier(sessions& sessions);
    ~notifier();
    notifier(const notifier&) = delete;
    notifier& operator=(const notifier&) = delete;

    struct subscription {
        identity::principal who;
        std::string id;  // JSON text of the request's id
        std::shared_ptr<stream_queue> to;
        std::set<list_kind> lists = {};
        std::set<std::string, std::less<>> resources = {};  // once added, guarded by the notifier
    };
    // Null when there are too many.
    std::shared_ptr<subscription> add(subscription wanted);
    void remove(const std::shared_ptr<subscription>& which);
    // Ends what may no longer be heard: a new generation can ask for other scopes than the one on which a
    // listener came.
    void review(const std::function<bool(const identity::principal& who, std::string_view uri)>& may_hear);
    // Ends all of them in order: the server stops.
    void end_all();

    bool is_over() const;

    void forget_all();

    void list_changed(list_kind kind);
    void resource_updated(std::string_view uri);

    // Who is told of the first to watch a resource (true), and of the last one's leaving (false), in that order.
    // May speak at once, and must not watch.
    void on_watch(std::function<void(std::string_view uri, bool on)> tell);
    // A legacy session's own subscriptions.
    void watch(std::string_view uri);
    void unwatch(std::string_view uri);

private:
    void tell(std::string_view uri, bool on);
    static void end(const subscription& one);

    sessions& sessions_;
    std::mutex telling_;  // taken first, and held while somebody is told
    mutable std::mutex mutex_;
    std::set<std::shared_ptr<subscription>> subscriptions_;
    bool is_over_ = false;
    std::map<std::string, std::size_t, std::less<>> watched_;
    std::function<void(std::string_view, bool)> tell_;
};

}  // namespace toolrack::mcp
