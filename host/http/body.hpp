// The body of one request, read when it is asked for and not before.
//
// A body that fits beside its head stays where it arrived; a larger one gets memory that grows with
// what really came, never with what was announced. Belongs to an exchange.
#pragma once

#include <string>
#include <string_view>

#include "base/asio.hpp"
#include "base/error.hpp"
#include "http/channel.hpp"
#include "http/syntax/head.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

class body {
public:
    body(channel& from, thread_context& at, const head& of);
    ~body();
    body(const body&) = delete;
    body& operator=(const body&) = delete;

    // Whether the next request starts where reading stands.
    bool is_read() const noexcept { return is_read_; }

    // The whole body, de-chunked. The same view again when asked again.
    awaitable<result<std::string_view, rejection>> read();

private:
    using outcome = std::optional<rejection>;

    awaitable<outcome> read_beside_head(std::size_t length);
    awaitable<outcome> read_counted(std::size_t length);
    awaitable<outcome> read_chunked();
    // Waits for more bytes in the read buffer.
    awaitable<outcome> receive();

    channel& channel_;
    thread_context& thread_context_;
    const head& head_;
    std::string own_;  // a body that did not fit beside its head
    std::string_view text_;
    bool is_read_;
};

}  // namespace toolrack::http
