#include "http/connection.hpp"

#include <exception>
#include <utility>

#include "http/exchange.hpp"
#include "http/syntax/head_parser.hpp"
#include "http/syntax/head_scanner.hpp"
#include "http/syntax/response.hpp"

namespace toolrack::http {
namespace {

// How much of a body is read into the same buffer as a head of the maximum size.
constexpr std::size_t room_for_body = 16 * 1024;

transport_socket::socket open_socket(thread_context& context, descriptor connected, const peer& from) {
    const int family = !from.address ? AF_UNIX : from.address->is_v4() ? AF_INET : AF_INET6;
    transport_socket::socket socket(context.get_executor());
    error_code failed;
    socket.assign(asio::generic::stream_protocol(family, 0), connected.get(), failed);
    if (!failed) connected.release();
    return socket;
}

std::shared_ptr<channel>
open_channel(const std::shared_ptr<thread_context>& context, descriptor connected, const peer& from) {
    auto session = context->tls ? context->tls->new_session(connected.get()) : nullptr;
    auto socket = open_socket(*context, std::move(connected), from);
    return std::make_shared<channel>(context, std::move(socket), std::move(session));
}

}  // namespace

connection::connection(std::shared_ptr<thread_context> context,
                       descriptor connected,
                       peer from,
                       connection_limiter::slot slot)
    : context_(std::move(context)), slot_(std::move(slot)), peer_(std::move(from)),
      channel_(open_channel(context_, std::move(connected), peer_)) {
    context_->add(*this);
}

awaitable<void> connection::run(std::shared_ptr<connection> self) {
    try {
        co_await self->serve_requests();
    } catch (const std::exception& error) {
        self->context_->log.error(
            "A connection from {} was closed by an exception: {}.", self->peer_.name, error.what());
    }
    self->channel_->close();
}

awaitable<void> connection::serve_requests() {
    bool goes_on = true;
    if (channel_->uses_tls()) goes_on = co_await handshake();
    while (goes_on) {
        // Not awaited in a condition: UBSan stops the code that g++ 12 generates for that.
        goes_on = co_await read_head();
        if (goes_on) goes_on = co_await handle_request();
    }
    if (channel_->is_closed()) co_return;
    const bool is_read = co_await channel_->lingering_close();
    if (is_read && on_delivered_) on_delivered_();
}

awaitable<bool> connection::handshake() {
    const auto outcome = co_await channel_->handshake();
    switch (outcome) {
    case handshake_result::done: peer_.certificate = channel_->session().client_certificate(); co_return true;
    case handshake_result::clear_text:
        channel_->stop_tls();
        reject_head(reject(400, "This address requires TLS. Use https:// in the URL."));
        co_return false;
    case handshake_result::failed:
        context_->rejections.log_failed_handshake(peer_.name, channel_->session().failure_reason());
        channel_->stop_tls();
        co_return false;
    case handshake_result::timed_out: context_->rejections.log_failed_handshake(peer_.name, "timed out"); break;
    case handshake_result::would_block:
    case handshake_result::disconnected: break;
    }
    channel_->close();
    co_return false;
}

awaitable<bool> connection::read_head() {
    auto& in = channel_->in();
    head_scanner scanner(context_->limits.head);
    for (;;) {
        const auto found = scanner.scan(in.unread());
        if (!found) {
            reject_head(found.error());
            co_return false;
        }
        if (!found->empty()) {
            channel_->stop_deadline();
            co_return parse(in.hold(found->size()));
        }
        if (in.free_space().empty()) in.reserve(context_->limits.head + room_for_body);
        const auto next = in.is_empty() ? phase::idle : phase::reading_head;
        const auto bytes = co_await channel_->read(in.free_space(), next);
        if (bytes == 0) {
            if (channel_->has_timed_out()) reject_head(reject(408, "The request head did not arrive in time."));
            co_return false;
        }
        in.commit(bytes);
    }
}

bool connection::parse(std::string_view bytes) {
    head_ = context_->buffers.acquire_head();
    const auto no = parse_head(bytes, *head_);
    if (no) reject_head(*no);
    return !no;
}

awaitable<bool> connection::handle_request() {
    exchange current(*channel_, *context_, *head_, peer_, data_);
    try {
        co_await context_->handle(current);
        // A stream whose client has disconnected needs no answer.
        if (!current.is_answered() && !channel_->has_client_disconnected())
            context_->log.error("A request handler returned without an answer.");
    } catch (const std::exception& error) {
        context_->log.error("A request handler threw an exception: {}.", error.what());
    }
    if (!current.is_answered()) current.reject(internal_error());
    co_await channel_->flush();
    on_delivered_ = current.take_delivered();
    if (current.is_last() || channel_->is_closed()) co_return false;
    channel_->in().release();
    context_->buffers.recycle(std::move(head_));
    co_return true;
}

void connection::reject_head(const rejection& why) {
    context_->rejections.log_rejection(peer_.name, why.status, why.sentence);
    context_->responses.count(why.status);
    auto& text = context_->scratch;
    text.clear();
    append_rejection(text, why, {.closes = true});
    channel_->send(text);
}

}  // namespace toolrack::http
