// Where the answer to one message goes: all that the mcp room knows of a transport.
//
// Belongs to the I/O thread on which the message came. Every function may be called after the client
// left; it then does nothing.
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

// The parts of a message that a transport shows a second time, outside the body (2026-07-28,
// transports/streamable-http, "Request Metadata"). Views good until the message is answered.
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

    // Null on a transport that mirrors nothing (stdio).
    virtual const mirrored* headers() const = 0;
    // The legacy session in which the message was sent.
    virtual std::optional<std::string_view> session() const = 0;

    virtual executor get_executor() = 0;

    // Whether the client takes anything before the answer.
    virtual bool takes_stream() const = 0;

    // One JSON-RPC message, as text, before the answer. Bounded: a client that does not read is dropped
    // rather than waited for. `event` is its id in a stream that can be taken up again, else empty.
    virtual void notify(std::string json, std::string_view event = {}) = 0;

    // Begins the stream before there is anything to say. With an `event`, an empty one of that id comes
    // first, and the client is told how long to wait before it takes the stream up again. (2025-11-25,
    // basic/transports, "Sending Messages to the Server", 6.)
    virtual void open_stream(std::string_view event = {}, std::chrono::milliseconds retry = {}) = 0;

    // Ends the stream without an answer: there is none, or the client comes back for it.
    virtual void close_stream() = 0;

    // The answer; once.
    virtual void finish(reply answer) = 0;

    // Calls back, once, on this thread, when the client has left before the answer; null takes the
    // wish back.
    virtual void on_closed(std::function<void()> left) = 0;
};

}  // namespace toolrack::wire
