// One request and its reply: the head that was parsed, a body that is read only when asked for, and
// the outlet through which the answer goes.
//
// Lives on its connection's I/O thread, for as long as the handler and the writing of the answer
// take. The body is not touched before body() is called, so a caller who is refused before that has
// cost us a head and nothing more.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/asio.hpp"
#include "base/error.hpp"
#include "http/body.hpp"
#include "http/channel.hpp"
#include "http/syntax/content.hpp"
#include "http/syntax/head.hpp"
#include "http/peer.hpp"
#include "http/rejection.hpp"
#include "http/response.hpp"
#include "http/syntax/sse.hpp"
#include "identity/request_facts.hpp"
#include "wire/outlet.hpp"

namespace toolrack::http {

class exchange final : public wire::outlet, private channel::observer {
public:
    // All of them outlive it.
    exchange(channel& on, thread_context& at, const http::head& head, const peer& who, std::shared_ptr<void>& belongings);
    ~exchange() override;
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    const http::head& head() const noexcept { return head_; }
    identity::request_facts facts() const;

    // What the handler keeps with the connection, from one request to the next; gone when that ends.
    std::shared_ptr<void>& belongings() noexcept { return belongings_; }

    // The whole body, de-chunked. Refuses a wrong Content-Type (415), one that is announced or
    // grows too large (413), an Accept that leaves us no answer (406), a malformed one (400), and
    // one that stops coming (408). Sends "100 Continue" first when the client waits for it. The
    // view is good until the exchange ends.
    awaitable<result<std::string_view, rejection>> body();

    // Answers with a refusal. When the body was not read, the connection ends after it: the write
    // side is shut and up to 64 KiB are drained, so that the client can read the answer. Logs the
    // sentence, unless the refusal is a challenge: the gate logs those, with reasons that no client
    // may see.
    void reject(const rejection& why);

    // A reply without JSON: 202 for a notification, 204 for DELETE.
    void finish_empty(unsigned status);
    // An answer to somebody who speaks no MCP.
    void finish_text(unsigned status, std::string_view type, std::string text);

    // wire::outlet. The first notify() turns the reply into an SSE stream (2026-07-28,
    // transports/streamable-http, "Receiving Messages"); finish() then is its last event. An answer
    // of status other than 200 is never SSE unless the stream has begun. A client that takes no
    // stream gets no notifications; one that takes nothing else gets a stream of one event.
    const wire::mirrored* headers() const override { return &mirrored_; }
    std::optional<std::string_view> session() const override {
        return head_.find(single::mcp_session_id);
    }
    executor get_executor() override { return thread_context_.get_executor(); }
    bool takes_stream() const override { return takes_.stream; }
    void notify(std::string json, std::string_view event = {}) override;
    void open_stream(std::string_view event = {}, std::chrono::milliseconds retry = {}) override;
    void close_stream() override;
    void finish(wire::reply answer) override;
    void on_closed(std::function<void()> left) override;

    // For the connection: what became of it.
    bool is_answered() const noexcept { return is_answered_; }
    bool is_streaming() const noexcept { return is_streaming_; }
    bool is_last() const noexcept { return is_last_; }

private:
    void client_left() override;
    void nothing_sent_for_long() override;

    void mirror();
    manner how();
    bool may_break_off() const;
    sse::framing framing() const noexcept;
    std::string& blank();
    void begin_stream(std::string& text);
    void end_stream(std::string& text);
    void answer_in_json(wire::reply answer);
    void answer_in_stream(const wire::reply& answer);

    channel& channel_;
    thread_context& thread_context_;
    const http::head& head_;
    const peer& peer_;
    std::shared_ptr<void>& belongings_;
    http::body body_;
    accepted takes_;
    wire::mirrored mirrored_;
    std::vector<wire::mirrored::field> params_;
    std::function<void()> left_;
    bool is_answered_ = false;
    bool is_streaming_ = false;
    bool is_last_ = false;  // of its connection
};

}  // namespace toolrack::http
