// A legacy session: what the client and the server have open with each other between messages.
//
// The messages of one client arrive on several connections, and so on several I/O threads: a request that came on one
// connection may be answered, cancelled or resumed on another. Everything here is bounded. Thread-safe.
// (2025-11-25, basic/transports and basic/lifecycle.)
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.hpp"
#include "identity/principal.hpp"
#include "mcp/event_stream.hpp"
#include "mcp/held_bytes.hpp"
#include "mcp/log_level.hpp"
#include "plugin/in_flight.hpp"
#include "wire/era.hpp"

namespace toolrack::mcp {

// The response of a client to a request of this server.
struct client_response {
    bool is_error = false;
    std::string json;  // the result, or the error object
};

class session {
public:
    // `held` counts what is kept for the client; null: it is not counted.
    session(const identity::principal& who,
            const wire::version& version,
            std::string client,
            std::shared_ptr<held_bytes> held = nullptr);

    // owner_key() of its principal.
    const std::string& owner() const noexcept { return owner_; }
    bool belongs_to(const identity::principal& who) const { return is_owner(owner_, who); }
    const wire::version& version() const noexcept { return version_; }
    // {"name"?, "version"?, "capabilities"}
    const std::string& client() const noexcept { return client_; }

    std::atomic<log_level> level = log_level::info;

    // The calls that the client may cancel. `cancel` runs on the thread that calls cancel_call() or end(), or at once
    // when the session has ended already: another thread may end it between two steps of a call.
    void add_call(std::string_view id, std::function<void()> cancel);
    void remove_call(std::string_view id);
    void cancel_call(std::string_view id);

    // Requests to the client, whose response is awaited on `thread`.
    struct client_request {
        std::string id;  // JSON text
        std::shared_ptr<plugin::in_flight<client_response>> response;
    };
    client_request open_request(executor thread);
    void close_request(const client_request& which);
    // A response to no open request is dropped.
    void deliver_response(std::string_view id, client_response response);

    // The standalone stream and those of requests. The last 16 are kept after their end, for clients that reconnect.
    const std::shared_ptr<event_stream>& standalone() const noexcept { return standalone_; }
    std::shared_ptr<event_stream> open_stream();
    void drop(const std::shared_ptr<event_stream>& stream);
    std::shared_ptr<event_stream> find_stream(std::uint64_t number) const;

    // Whether a call is running, or the client has a stream open.
    bool is_in_use() const;

    // False when it was (or was not) subscribed already, or the session or its principal has too many. The scopes of
    // the last subscriber count, because the caller of a session may come with another token.
    bool subscribe(std::string_view uri, const identity::principal& who);
    bool unsubscribe(std::string_view uri);
    bool is_subscribed(std::string_view uri) const;
    // Ends the subscriptions for which `is_allowed` is false, and returns their URIs.
    std::vector<std::string>
    end_subscriptions(const std::function<bool(const identity::principal&, std::string_view uri)>& is_allowed);
    std::set<std::string, std::less<>> subscriptions() const;

    // The server shuts down: stops waiting for the responses of the client, and returns how many there were.
    std::size_t interrupt_calls();

    // Cancels the calls, drops the requests to the client and closes the streams.
    void end();

private:
    struct subscription {
        identity::principal who;
        std::unique_ptr<held_bytes::item> counted;
    };

    const std::string owner_;
    const std::shared_ptr<held_bytes> held_;
    const wire::version& version_;
    const std::string client_;
    const std::shared_ptr<event_stream> standalone_ = std::make_shared<event_stream>(0, owner_, held_);

    mutable mutex mutex_;
    std::unordered_map<std::string, std::function<void()>> calls_ TOOLRACK_GUARDED_BY(mutex_);
    std::unordered_map<std::string, std::shared_ptr<plugin::in_flight<client_response>>>
        requests_ TOOLRACK_GUARDED_BY(mutex_);
    std::deque<std::shared_ptr<event_stream>> streams_ TOOLRACK_GUARDED_BY(mutex_);
    std::map<std::string, subscription, std::less<>> subscriptions_ TOOLRACK_GUARDED_BY(mutex_);
    bool has_ended_ TOOLRACK_GUARDED_BY(mutex_) = false;  // nothing may begin any more
    std::uint64_t next_request_ TOOLRACK_GUARDED_BY(mutex_) = 1;
    std::uint64_t next_stream_ TOOLRACK_GUARDED_BY(mutex_) = 1;
};

}  // namespace toolrack::mcp
