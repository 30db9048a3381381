// One request and its answer: the parsed head, a body that is read on demand, and the outlet of the answer.
//
// Belongs to its connection's I/O thread and lives while the request is handled and the answer is sent. A caller that
// is rejected before body() costs only its head.
#pragma once

#include <cassert>
#include <chrono>
#include <concepts>
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
#include "http/connection_data.hpp"
#include "http/peer.hpp"
#include "http/syntax/content.hpp"
#include "http/syntax/head.hpp"
#include "http/syntax/rejection.hpp"
#include "http/syntax/response.hpp"
#include "http/syntax/sse.hpp"
#include "identity/request_facts.hpp"
#include "wire/outlet.hpp"

namespace toolrack::http {

class exchange final : public wire::outlet, private channel::observer {
public:
    // All arguments must outlive it.
    exchange(channel& channel,
             thread_context& context,
             const http::head& head,
             const peer& peer,
             std::unique_ptr<http::connection_data>& data);
    ~exchange() override;
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    const http::head& head() const noexcept { return head_; }
    identity::request_facts facts() const;

    // The handler's state of this connection. Created by the first request and destroyed with the connection. A handler
    // must use the same type for all requests.
    template <std::derived_from<http::connection_data> Data>
    Data& connection_data() {
        if (!data_) data_ = std::make_unique<Data>();
        assert(dynamic_cast<Data*>(data_.get()));
        return static_cast<Data&>(*data_);
    }

    // The whole body, de-chunked; the view is valid until the exchange ends. Rejects a wrong Content-Type (415), a body
    // that is announced as or grows too large (413), an Accept without JSON and event streams (406), a malformed body
    // (400), and one that does not arrive in time (408). Sends "100 Continue" when the client waits for it.
    awaitable<result<std::string_view, rejection>> body();

    // Answers with a rejection. If the body was not read, the connection ends with a lingering close. Logs the
    // sentence, except for a challenge: the gate logs those, with reasons that the client must not see.
    void reject(const rejection& why);

    // Answers without a body: 202 for a notification, 204 for DELETE.
    void finish_empty(unsigned status);
    // Answers outside of MCP, such as metrics.
    void finish_text(unsigned status, std::string_view type, std::string text);

    // wire::outlet. The first notify() starts an SSE stream (2026-07-28, transports/streamable-http, "Receiving
    // Messages"), and finish() sends the last event. An answer with a status other than 200 uses SSE only if the stream
    // has started. A client that does not accept event streams gets no notifications; one that accepts nothing else
    // gets a stream of one event.
    const wire::mirrored* headers() const override { return &mirrored_; }
    std::optional<std::string_view> session() const override { return head_.find(singleton_field::mcp_session_id); }
    executor get_executor() override { return context_.get_executor(); }
    bool takes_stream() const override { return accepted_.event_stream; }
    void notify(std::string json, std::string_view event = {}) override;
    void open_stream(std::string_view event = {}, std::chrono::milliseconds retry = {}) override;
    void close_stream() override;
    void finish(wire::reply answer) override;
    void on_closed(std::function<void()> callback) override;

    // For the connection, after the handler.
    bool is_answered() const noexcept { return is_answered_; }
    bool is_streaming() const noexcept { return is_streaming_; }
    bool is_last() const noexcept { return is_last_; }
    // reply::delivered of the answer; may be null.
    std::function<void()> take_delivered() { return std::move(on_delivered_); }

private:
    void on_disconnect() override;
    void on_stream_idle() override;

    void read_mirrored_fields();
    response_options options();
    bool is_resumable() const;
    sse::framing framing() const noexcept;
    std::string& empty_scratch();
    void begin_stream(std::string& text);
    void end_stream(std::string& text);
    void answer_in_json(wire::reply answer);
    void answer_in_stream(const wire::reply& answer);

    channel& channel_;
    thread_context& context_;
    const http::head& head_;
    const peer& peer_;
    std::unique_ptr<http::connection_data>& data_;
    http::body body_;
    accepted_types accepted_;
    wire::mirrored mirrored_;
    std::vector<wire::mirrored::field> params_;
    std::function<void()> on_closed_, on_delivered_;
    bool is_answered_ = false;
    bool is_streaming_ = false;
    bool is_last_ = false;  // the connection ends after this exchange
};

}  // namespace toolrack::http
