// The pipe: MCP over a pair of descriptors, one message a line, for a client that started this server
// as its child. (2026-07-28 and 2025-11-25, basic/transports, "stdio".)
//
// One client, so one session and one principal; messages are answered side by side and their answers
// leave in the order in which they are ready. Belongs to one I/O thread.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/asio.hpp"
#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "stdio/lines.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"

namespace toolrack::stdio {

class pipe {
public:
    // Who answers. By the time a function returns, what it was given is answered.
    struct handlers {
        std::function<awaitable<void>(const wire::message&, wire::outlet&)> message;
        std::function<awaitable<void>(std::string_view body, wire::outlet&)> batch;
        // Runs when a session began; it may speak through the outlet for as long as it does not return.
        std::function<awaitable<void>(std::string session, wire::outlet&)> session;
    };

    // Takes over both descriptors. All else must outlive it.
    pipe(io_thread& on,
         int input,
         int output,
         const wire::json_limits& limits,
         std::size_t longest_message,
         handlers with,
         log& log);
    ~pipe();
    pipe(const pipe&) = delete;
    pipe& operator=(const pipe&) = delete;

    // Until the client closes its end and what was asked is answered, or stop().
    awaitable<void> run();
    // On the pipe's thread: takes no more messages.
    void stop();

private:
    class line_outlet;

    awaitable<void> answer(std::string text);
    awaitable<void> answer_message(std::string_view text);
    awaitable<void> answer_batch(std::string_view text);
    void went_wrong(std::string_view id, const std::exception& bug);
    awaitable<void> serve_session(std::string name);
    void take(lines::line line);
    void cancel(std::string_view id);
    void write(std::string_view json);
    awaitable<void> write_all();

    using descriptor = asio::posix::basic_stream_descriptor<executor>;

    io_thread& on_;
    descriptor input_;
    descriptor output_;
    const wire::json_limits limits_;
    lines lines_;
    const handlers handlers_;
    log& log_;
    std::optional<std::string> session_;
    std::map<std::string, line_outlet*, std::less<>> open_;  // by request id
    std::size_t under_way_ = 0;
    std::string outgoing_;
    bool is_writing_ = false;
    timer changed_;  // rung when something under way has ended or been written
};

}  // namespace toolrack::stdio
