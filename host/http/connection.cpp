#include "http/connection.hpp"

#include <exception>
#include <utility>

#include "http/exchange.hpp"
#include "http/syntax/head_end.hpp"
#include "http/syntax/head_parser.hpp"
#include "http/response.hpp"

namespace toolrack::http {
namespace {

// Beside a head of the largest size, this much of a body is read without another buffer.
constexpr std::size_t room_for_body = 16 * 1024;

stream::socket adopt(thread_context& at, descriptor connected, const peer& who) {
    const int family = !who.address ? AF_UNIX : who.address->is_v4() ? AF_INET : AF_INET6;
    stream::socket socket(at.get_executor());
    error_code failed;
    socket.assign(asio::generic::stream_protocol(family, 0), connected.get(), failed);
    if (!failed) connected.release();
    return socket;
}

std::shared_ptr<channel> open_channel(const std::shared_ptr<thread_context>& at,
                                      descriptor connected,
                                      const peer& who) {
    auto session = at->secured ? at->secured->begin(connected.get()) : nullptr;
    auto socket = adopt(*at, std::move(connected), who);
    return std::make_shared<channel>(at, std::move(socket), std::move(session));
}

}  // namespace

connection::connection(std::shared_ptr<thread_context> at, descriptor connected, peer who, connection_limiter::place place)
    : thread_context_(std::move(at)), place_(std::move(place)), peer_(std::move(who)),
      channel_(open_channel(thread_context_, std::move(connected), peer_)) {
    thread_context_->enlist(*this);
}

awaitable<void> connection::live(std::shared_ptr<connection> self) {
    try {
        co_await self->converse();
    } catch (const std::exception& broken) {
        self->thread_context_->log.error(
            "A connection from {} ended early: {}.", self->peer_.name, broken.what());
    }
    self->channel_->break_off();
}

awaitable<void> connection::converse() {
    bool goes_on = true;
    if (channel_->speaks_tls()) goes_on = co_await shake_hands();
    while (goes_on) {
        // Not awaited in a condition: g++ 12 makes code of that which UBSan stops.
        goes_on = co_await next_head();
        if (goes_on) goes_on = co_await answer();
    }
    if (!channel_->is_broken()) co_await channel_->say_goodbye();
}

awaitable<bool> connection::shake_hands() {
    const auto outcome = co_await channel_->shake_hands();
    switch (outcome) {
    case handshake::done:
        peer_.certificate = channel_->session().client_certificate();
        co_return true;
    case handshake::clear_text:
        channel_->stop_tls();
        turn_away(refuse(400, "This address speaks TLS; use https."));
        co_return false;
    case handshake::failed:
        thread_context_->refusals.say_of_handshake(peer_.name, channel_->session().why_not());
        channel_->stop_tls();
        co_return false;
    case handshake::late:
        thread_context_->refusals.say_of_handshake(peer_.name, "it did not end in time");
        break;
    case handshake::waits:
    case handshake::gone: break;
    }
    channel_->break_off();
    co_return false;
}

awaitable<bool> connection::next_head() {
    auto& in = channel_->in();
    head_end end(thread_context_->limits.head);
    for (;;) {
        const auto found = end.look(in.unread());
        if (!found) {
            turn_away(found.error());
            co_return false;
        }
        if (!found->empty()) {
            channel_->stop_deadline();
            co_return understands(in.hold(found->size()));
        }
        if (in.space().empty()) in.grow(thread_context_->limits.head + room_for_body);
        const auto what = in.is_empty() ? waiting::for_request : waiting::for_head;
        const auto bytes = co_await channel_->read(in.space(), what);
        if (bytes == 0) {
            if (channel_->is_late())
                turn_away(refuse(408, "The head of the request did not arrive in time."));
            co_return false;
        }
        in.received(bytes);
    }
}

bool connection::understands(std::string_view bytes) {
    head_ = thread_context_->lender.lend_head();
    const auto no = parse_head(bytes, *head_);
    if (no) turn_away(*no);
    return !no;
}

awaitable<bool> connection::answer() {
    exchange current(*channel_, *thread_context_, *head_, peer_, belongings_);
    try {
        co_await thread_context_->handle(current);
        // A stream that its client left has no end to be told.
        if (!current.is_answered() && !channel_->has_client_left())
            thread_context_->log.error("A request was left without an answer.");
    } catch (const std::exception& thrown) {
        thread_context_->log.error("A request ended in an exception: {}.", thrown.what());
    }
    if (!current.is_answered()) {
        current.reject(
            {500, "Something went wrong in this server.", {}, wire::code::internal_error});
    }
    co_await channel_->flushed();
    if (current.is_last() || channel_->is_broken()) co_return false;
    channel_->in().release();
    thread_context_->lender.give_back(std::move(head_));
    co_return true;
}

void connection::turn_away(const rejection& why) {
    thread_context_->refusals.say(peer_.name, why.status, why.sentence);
    thread_context_->answers.note(why.status);
    auto& text = thread_context_->scratch;
    text.clear();
    append_rejection(text, why, {.closes = true});
    channel_->send(text);
}

}  // namespace toolrack::http
