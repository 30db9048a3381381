// The channel for the reply to one message, and all that the protocol code knows of a transport.
//
// Belongs to the I/O thread on which the message arrived. Every function may be called after the client disconnected;
// it then does nothing.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/asio.hpp"
#include "wire/reply.hpp"

namespace toolrack::wire {

// The parts of a message that HTTP headers repeat. The views are valid until the message is answered. (2026-07-28,
// basic/transports/streamable-http, "Request Metadata".)
struct mirrored {
    struct field {
        std::string_view name;  // without "Mcp-Param-"
        std::string_view value;
    };
    std::optional<std::string_view> protocol_version;
    std::optional<std::string_view> method;
    std::optional<std::string_view> name;
    std::span<const field> params;
};

class outlet {
public:
    virtual ~outlet() = default;

    // Null on a transport without headers (stdio).
    virtual const mirrored* headers() const = 0;
    // The id of the legacy session that the message belongs to.
    virtual std::optional<std::string_view> session() const = 0;

    virtual executor get_executor() = 0;

    // Whether the client accepts messages before the reply.
    virtual bool takes_stream() const = 0;

    // Sends one JSON-RPC message before the reply. The queue is bounded: a client that does not read is disconnected.
    // `event` is the SSE event id in a resumable stream, else empty.
    virtual void notify(std::string json, std::string_view event = {}) = 0;

    // Starts the stream before the first message. With an `event`, an empty event with that id comes first, with the
    // time that the client waits before it reconnects. (2025-11-25, basic/transports, "Sending Messages to the
    // Server", 6.)
    virtual void open_stream(std::string_view event = {}, std::chrono::milliseconds retry = {}) = 0;

    // Closes the stream without a reply: there is none, or the client will resume the stream.
    virtual void close_stream() = 0;

    // Sends the reply. Call it at most once.
    virtual void finish(reply answer) = 0;

    // `disconnected` is called once, on this thread, when the client disconnects before the reply. Null removes the
    // callback.
    virtual void on_closed(std::function<void()> disconnected) = 0;
};

}  // namespace toolrack::wire
