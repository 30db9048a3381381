// A voice: how the answer to one request, and what is said before it, reach the client.
//
// In a legacy session over HTTP what is said is numbered and kept, so that a client that lost its
// connection can take the stream up where it broke; elsewhere it goes straight out. Belongs to the
// request's I/O thread.
#pragma once

#include <memory>
#include <string>

#include "audit/entry.hpp"
#include "mcp/stream_queue.hpp"
#include "mcp/session.hpp"
#include "wire/outlet.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {

class response_writer {
public:
    // `session` may be null. All of them outlive the voice.
    response_writer(wire::outlet& to, session* session, audit::entry& account)
        : to_(to), session_(session), account_(account) {}
    ~response_writer();
    response_writer(const response_writer&) = delete;
    response_writer& operator=(const response_writer&) = delete;

    bool can_speak() const { return to_.takes_stream(); }

    // One JSON-RPC message before the answer.
    void say(std::string json);
    void finish(wire::reply answer);
    // There will be no answer: the client took its request back.
    void fall_silent();

    // Ends this connection's stream; the client comes back for the rest. Does nothing where it could
    // not. (2025-11-25, basic/transports: a server may close the connection, not the stream.)
    void hang_up();

private:
    void begin_stream();

    wire::outlet& to_;
    session* session_;
    audit::entry& account_;
    std::shared_ptr<event_stream> stream_;  // null until something was said in a session
    std::shared_ptr<stream_queue> listener_;
    bool has_spoken_ = false;
    bool has_hung_up_ = false;
};

}  // namespace toolrack::mcp
