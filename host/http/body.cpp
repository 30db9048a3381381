#include "http/body.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/syntax/chunk_decoder.hpp"
#include "http/syntax/response.hpp"

namespace toolrack::http {

namespace {

rejection timed_out() { return reject(408, "The body did not arrive in time."); }
rejection ended_early() { return reject(400, "The body ended before it was complete."); }

}  // namespace

body::body(channel& from, thread_context& context, const head& of)
    : channel_(from), context_(context), head_(of), is_read_(!of.has_body()) {}

body::~body() { context_.buffers.recycle(std::move(own_)); }

awaitable<result<std::string_view, rejection>> body::read() {
    if (is_read_) co_return text_;
    if (head_.expects_continue && channel_.in().is_empty()) {
        channel_.send(continue_response);
        co_await channel_.flush();
    }

    outcome failed;
    const auto length = static_cast<std::size_t>(head_.content_length.value_or(0));
    if (head_.chunked) {
        failed = co_await read_chunked();
    } else if (channel_.in().unread().size() >= length) {
        text_ = channel_.in().hold(length);
    } else if (channel_.in().has_room_for(length)) {
        failed = co_await read_in_place(length);
    } else {
        failed = co_await read_into_own(length);
    }
    if (failed) co_return std::move(*failed);
    channel_.stop_deadline();
    is_read_ = true;
    co_return text_;
}

awaitable<body::outcome> body::receive() {
    auto& in = channel_.in();
    const auto bytes = co_await channel_.read(in.free_space(), phase::reading_body);
    if (bytes == 0) co_return channel_.has_timed_out() ? timed_out() : ended_early();
    in.commit(bytes);
    co_return std::nullopt;
}

awaitable<body::outcome> body::read_in_place(std::size_t length) {
    while (channel_.in().unread().size() < length) {
        if (auto no = co_await receive()) co_return no;
    }
    text_ = channel_.in().hold(length);
    co_return std::nullopt;
}

awaitable<body::outcome> body::read_into_own(std::size_t length) {
    constexpr std::size_t initial_size = 16 * 1024;
    auto& in = channel_.in();
    own_ = context_.buffers.acquire();
    auto here = in.unread();
    if (own_.size() < here.size()) own_.resize(here.size());
    std::ranges::copy(here, own_.begin());
    in.consume(here.size());

    auto arrived = here.size();
    while (arrived < length) {
        if (arrived == own_.size()) own_.resize(std::min(length, std::max(initial_size, 2 * arrived)));
        const auto room = std::span(own_).subspan(arrived);
        const auto wanted = room.first(std::min(room.size(), length - arrived));
        const auto bytes = co_await channel_.read(wanted, phase::reading_body);
        if (bytes == 0) co_return channel_.has_timed_out() ? timed_out() : ended_early();
        arrived += bytes;
    }
    text_ = std::string_view(own_).substr(0, length);
    co_return std::nullopt;
}

awaitable<body::outcome> body::read_chunked() {
    auto& in = channel_.in();
    chunk_decoder decoder(context_.limits.body);
    own_ = context_.buffers.acquire();
    own_.clear();
    for (;;) {
        const auto rest = decoder.decode(in.unread(), own_);
        if (!rest) co_return rest.error();
        in.consume(in.unread().size() - rest->size());
        if (decoder.is_complete()) break;
        if (auto no = co_await receive()) co_return no;
    }
    text_ = own_;
    co_return std::nullopt;
}

}  // namespace toolrack::http
