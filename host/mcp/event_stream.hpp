// A legacy SSE stream that a client can resume: events are numbered, and the last ones are kept for a client that lost
// its connection. (2025-11-25, basic/transports, "Resumability and Redelivery".)
//
// Belongs to a session. At most one connection is attached, through its stream queue. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/mutex.hpp"
#include "mcp/stream_queue.hpp"

namespace toolrack::mcp {

class event_stream {
public:
    // 0 is the standalone stream of a session, which belongs to no request.
    explicit event_stream(std::uint64_t number) : number_(number) {}

    std::uint64_t number() const noexcept { return number_; }

    void send(std::string json);
    // Sends the last event and detaches the listener.
    void finish(std::string json);

    // The id of an empty event, for the start of a stream.
    std::string empty_event();

    // Replaces the listener; null detaches it. Kept events after `last_seen` are sent first.
    void attach(std::shared_ptr<stream_queue> listener, std::optional<std::uint64_t> last_seen = std::nullopt);
    void detach(const stream_queue* listener);
    bool is_attached() const;
    bool is_finished() const;

    // "STREAM-EVENT"; nothing when it is not of that form.
    struct event_id {
        std::uint64_t stream, event;
    };
    static std::optional<event_id> read_id(std::string_view text);

private:
    struct event {
        std::uint64_t number;
        std::string json;
    };

    std::string id_of(std::uint64_t event) const;
    const event& keep(std::string json) TOOLRACK_REQUIRES(mutex_);

    const std::uint64_t number_;
    mutable mutex mutex_;
    std::shared_ptr<stream_queue> listener_ TOOLRACK_GUARDED_BY(mutex_);
    std::deque<event> kept_ TOOLRACK_GUARDED_BY(mutex_);
    std::size_t kept_bytes_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    std::uint64_t next_ TOOLRACK_GUARDED_BY(mutex_) = 1;
    bool is_finished_ TOOLRACK_GUARDED_BY(mutex_) = false;
};

}  // namespace toolrack::mcp
