// A legacy SSE stream that can be taken up again: numbered events, the last of which are kept for a
// client that lost its connection. (2025-11-25, basic/transports, "Resumability and Redelivery".)
//
// Belongs to a session. Whoever listens now is attached through a stream queue; nobody may. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/stream_queue.hpp"

namespace toolrack::mcp {

class event_stream {
public:
    // 0 is a session's own, which tells of changes and of no call.
    explicit event_stream(std::uint64_t number) : number_(number) {}

    std::uint64_t number() const noexcept { return number_; }

    void send(std::string json);
    // The last event; whoever listens is done then.
    void finish(std::string json);

    // The id of an event that says nothing, for the beginning of a stream.
    std::string empty_event();

    // Whoever listened before is sent away. Events after `last_seen` that are still kept come first.
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
    const event& keep(std::string json);

    const std::uint64_t number_;
    mutable std::mutex mutex_;
    std::shared_ptr<stream_queue> listener_;
    std::deque<event> kept_;
    std::size_t kept_bytes_ = 0;
    std::uint64_t next_ = 1;
    bool is_finished_ = false;
};

}  // namespace toolrack::mcp
