// MCP over standard input and output, one message per line, for a client that started this server as its child process.
// (2026-07-28 and 2025-11-25, basic/transports, "stdio".)
//
// There is one client, so there is one session and one principal. Requests are handled concurrently, and replies are
// sent in the order in which they are ready. Belongs to one I/O thread.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/asio.hpp"
#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "stdio/line_splitter.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"

namespace toolrack::stdio {

class transport {
public:
    // Each handler answers before it returns.
    struct handlers {
        std::function<awaitable<void>(const wire::message&, wire::outlet&)> message;
        std::function<awaitable<void>(std::string_view body, wire::outlet&)> batch;
        // Called when a session starts. May use the outlet until it returns.
        std::function<awaitable<void>(std::string session, wire::outlet&)> session;
    };

    // Takes ownership of both descriptors. The other references must outlive it.
    transport(io_thread& thread,
              int input,
              int output,
              const wire::json_limits& limits,
              std::size_t max_message,
              handlers handlers,
              log& log);
    ~transport();
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;

    // Returns when the client has closed its end, or after stop(), and all requests have been answered.
    awaitable<void> run();
    // Accepts no more messages. Call it on the I/O thread.
    void stop();

private:
    class message_outlet;

    void handle_line(line_splitter::line line);
    awaitable<void> answer(std::string text);
    awaitable<void> answer_message(std::string_view text);
    awaitable<void> answer_batch(std::string_view text);
    void answer_exception(std::string_view id, const std::exception& error);
    awaitable<void> serve_session(std::string name);
    void cancel(std::string_view id);
    void write(std::string_view json);
    awaitable<void> write_all();

    using descriptor = asio::posix::basic_stream_descriptor<executor>;

    io_thread& thread_;
    descriptor input_;
    descriptor output_;
    const wire::json_limits limits_;
    line_splitter lines_;
    const handlers handlers_;
    log& log_;
    std::optional<std::string> session_;
    std::map<std::string, message_outlet*, std::less<>> outlets_;  // by request id
    std::size_t running_ = 0;                                      // requests and sessions
    std::string outgoing_;
    bool is_writing_ = false;
    timer changed_;  // cancelled when a request has ended or output was written
};

}  // namespace toolrack::stdio
