// A connection: one client, one request after the other, until one of the two ends it.
//
// Reads a head, hands the exchange to the handler, waits until the answer has left, and begins
// again; what the client sends ahead waits in the meantime. Lives and dies on one I/O thread, owned
// by the coroutine that live() is.
#pragma once

#include <memory>
#include <string_view>

#include "base/descriptor.hpp"
#include "http/channel.hpp"
#include "http/connection_limiter.hpp"
#include "http/thread_context.hpp"
#include "http/syntax/head.hpp"
#include "http/peer.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

class connection : public listed {
public:
    connection(std::shared_ptr<thread_context> at, descriptor connected, peer who, connection_limiter::place place);

    // All of its life; never throws.
    static awaitable<void> live(std::shared_ptr<connection> self);

    void drain() { channel_->drain(); }

private:
    awaitable<void> converse();
    // False when the connection ends: whoever it is does not speak TLS as we do.
    awaitable<bool> shake_hands();
    // False when there is no further request on this connection.
    awaitable<bool> next_head();
    bool understands(std::string_view bytes);
    // False when the connection ends after the answer.
    awaitable<bool> answer();
    // A head that could not be read: nobody knows where the next one would start.
    void turn_away(const rejection& why);

    std::shared_ptr<thread_context> thread_context_;
    connection_limiter::place place_;
    peer peer_;
    std::shared_ptr<channel> channel_;
    std::shared_ptr<void> belongings_;  // the handler's
    std::unique_ptr<head> head_;  // lent while a request is under way
};

}  // namespace toolrack::http
