// The response to one request: the notifications before it, and the one reply that ends it and its audit entry.
//
// Every reply to a request goes through finish() or finish_cancelled(), so none can miss the audit. In a legacy session
// over HTTP messages are numbered and kept, so that a client that lost its connection can resume the stream; elsewhere
// they go straight to the outlet. Belongs to the I/O thread of the request.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "audit/entry.hpp"
#include "mcp/session.hpp"
#include "mcp/stream_queue.hpp"
#include "wire/outlet.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {

class response_writer {
public:
    // `session` may be null. The outlet and the entry must outlive the writer.
    response_writer(wire::outlet& to, std::shared_ptr<mcp::session> session, audit::entry& entry)
        : to_(to), session_(std::move(session)), entry_(entry) {}
    ~response_writer();
    response_writer(const response_writer&) = delete;
    response_writer& operator=(const response_writer&) = delete;

    bool can_notify() const { return to_.takes_stream(); }

    // One JSON-RPC message before the reply.
    void notify(std::string json);

    // Once, one of these.
    void finish(wire::reply reply);
    void finish_cancelled();  // no reply: the client cancelled its request

    // Closes the connection of the stream, and the client reconnects for the rest; does nothing where the client could
    // not reconnect. (2025-11-25, basic/transports: a server may close the connection, not the stream.)
    void close_connection();

    // What the transport knows of the request; and the stream of a subscription, which has no reply.
    wire::outlet& outlet() noexcept { return to_; }

private:
    void begin_stream();

    wire::outlet& to_;
    const std::shared_ptr<mcp::session> session_;
    audit::entry& entry_;
    std::shared_ptr<event_stream> stream_;  // null until the first message in a session
    std::shared_ptr<stream_queue> listener_;
    bool has_notified_ = false;
    bool has_closed_connection_ = false;
};

}  // namespace toolrack::mcp
