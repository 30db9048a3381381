// A legacy SSE stream that a client can resume: events are numbered, and the last ones are kept for a client that lost
// its connection. (2025-11-25, basic/transports, "Resumability and Redelivery".)
//
// Belongs to a session. At most one connection is attached, through its stream queue. What is kept counts in
// held_bytes, and more than 256 KiB are no longer kept once the last event was delivered. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.hpp"
#include "mcp/held_bytes.hpp"
#include "mcp/stream_queue.hpp"

namespace toolrack::mcp {

class event_stream : public std::enable_shared_from_this<event_stream> {
public:
    // 0 is the standalone stream of a session, which belongs to no request.
    // `held` counts what is kept for `owner`; null: it is not counted.
    explicit event_stream(std::uint64_t number, std::string owner = {}, std::shared_ptr<held_bytes> held = nullptr)
        : number_(number), owner_(std::move(owner)), held_(std::move(held)) {}

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
    // False when the stream is finished and the events after `last_seen` are no longer kept.
    bool can_resume_after(std::uint64_t last_seen) const;

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
    void count_kept(held_bytes::dropped& removed) TOOLRACK_REQUIRES(mutex_);
    void send_last(stream_queue& to, const event& last) TOOLRACK_REQUIRES(mutex_);
    void drop_large();
    void drop_kept();

    const std::uint64_t number_;
    const std::string owner_;
    const std::shared_ptr<held_bytes> held_;
    mutable mutex mutex_;
    std::shared_ptr<stream_queue> listener_ TOOLRACK_GUARDED_BY(mutex_);
    std::deque<event> kept_ TOOLRACK_GUARDED_BY(mutex_);
    std::size_t kept_bytes_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    std::unique_ptr<held_bytes::item> counted_ TOOLRACK_GUARDED_BY(mutex_);  // null while nothing is kept
    std::uint64_t next_ TOOLRACK_GUARDED_BY(mutex_) = 1;
    bool is_finished_ TOOLRACK_GUARDED_BY(mutex_) = false;
};

}  // namespace toolrack::mcp
