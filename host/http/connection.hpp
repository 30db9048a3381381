// A connection: reads a head, passes the exchange to the handler, waits until the answer has been sent, and repeats.
// Pipelined requests wait meanwhile.
//
// Stays on one I/O thread, owned by the coroutine run().
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/descriptor.hpp"
#include "http/channel.hpp"
#include "http/connection_data.hpp"
#include "http/connection_limiter.hpp"
#include "http/peer.hpp"
#include "http/syntax/head.hpp"
#include "http/syntax/rejection.hpp"
#include "http/thread_context.hpp"

namespace toolrack::http {

class connection : public connection_list_hook {
public:
    connection(std::shared_ptr<thread_context> context, descriptor connected, peer from, connection_limiter::slot slot);

    // Serves the connection until it is closed. Never throws.
    static awaitable<void> run(std::shared_ptr<connection> self);

    void drain() { channel_->drain(); }

private:
    awaitable<void> serve_requests();
    // False when the TLS handshake failed and the connection must end.
    awaitable<bool> handshake();
    // False when there is no further request on this connection.
    awaitable<bool> read_head();
    bool parse(std::string_view bytes);
    // False when the connection must end after the answer.
    awaitable<bool> handle_request();
    // Rejects a head that cannot be parsed. The connection must end: the start of the next request is unknown.
    void reject_head(const rejection& why);

    std::shared_ptr<thread_context> context_;
    connection_limiter::slot slot_;
    peer peer_;
    std::shared_ptr<channel> channel_;
    std::unique_ptr<connection_data> data_;  // the handler's
    std::unique_ptr<head> head_;             // from the thread's pool, during a request
    std::function<void()> on_delivered_;     // of the last answer
};

}  // namespace toolrack::http
