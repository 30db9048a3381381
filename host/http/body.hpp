// The body of one request. Read only on demand.
//
// A body that fits into the read buffer stays there. A larger one gets memory that grows with the received bytes, not
// with the announced length. Belongs to an exchange.
#pragma once

#include <string>
#include <string_view>

#include "base/asio.hpp"
#include "base/error.hpp"
#include "http/channel.hpp"
#include "http/syntax/head.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::http {

class body {
public:
    body(channel& from, thread_context& context, const head& of);
    ~body();
    body(const body&) = delete;
    body& operator=(const body&) = delete;

    // Whether the next request starts at the current position of the read buffer.
    bool is_read() const noexcept { return is_read_; }

    // The whole body, de-chunked. Repeated calls return the same view.
    awaitable<result<std::string_view, rejection>> read();

private:
    using outcome = std::optional<rejection>;

    awaitable<outcome> read_in_place(std::size_t length);
    awaitable<outcome> read_into_own(std::size_t length);
    awaitable<outcome> read_chunked();
    // Reads more bytes into the read buffer.
    awaitable<outcome> receive();

    channel& channel_;
    thread_context& context_;
    const head& head_;
    std::string own_;  // for a body that does not fit into the read buffer
    std::string_view text_;
    bool is_read_;
};

}  // namespace toolrack::http
