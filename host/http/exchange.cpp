#include "http/exchange.hpp"

#include <utility>

#include "http/syntax/lowercase.hpp"
#include "http/syntax/query.hpp"
#include "wire/reply.hpp"

namespace toolrack::http {
namespace {

// A larger body is written as a second buffer: copying it behind its head would cost more.
constexpr std::size_t max_copied_body = 64 * 1024;

send_priority priority_of(std::string_view message) {
    if (wire::is_progress(message)) return send_priority::progress;
    return wire::is_request(message) ? send_priority::response : send_priority::notification;
}

}  // namespace

exchange::exchange(channel& channel,
                   thread_context& context,
                   const http::head& head,
                   const peer& peer,
                   std::unique_ptr<http::connection_data>& data)
    : channel_(channel), context_(context), head_(head), peer_(peer), data_(data), body_(channel, context, head),
      accepted_(accepted_types_of(head)) {
    read_mirrored_fields();
    channel_.set_observer(this);
}

exchange::~exchange() { channel_.set_observer(nullptr); }

void exchange::read_mirrored_fields() {
    constexpr std::string_view prefix = "mcp-param-";
    mirrored_.protocol_version = head_.find(singleton_field::mcp_protocol_version);
    mirrored_.method = head_.find(singleton_field::mcp_method);
    mirrored_.name = head_.find(singleton_field::mcp_name);
    for (const auto& [name, value] : head_.fields) {
        if (!equals_lowercase(name.substr(0, prefix.size()), prefix)) continue;
        params_.push_back({name.substr(prefix.size()), value});
    }
    mirrored_.params = params_;
}

identity::request_facts exchange::facts() const {
    return {head_.find(singleton_field::authorization),
            has_token_parameter(head_.query),
            peer_.name,
            peer_.uid,
            peer_.gid,
            peer_.certificate,
            peer_.source};
}

awaitable<result<std::string_view, rejection>> exchange::body() {
    if (auto no = check_content(head_, accepted_, context_.limits.body)) co_return std::move(*no);
    auto text = co_await body_.read();
    if (on_closed_) channel_.watch_for_disconnect();
    co_return text;
}

response_options exchange::options() {
    is_last_ = !head_.keep_alive || !body_.is_read() || context_.is_draining() ||
               (is_streaming_ && (head_.is_http_1_0 || is_resumable()));
    return {is_last_, head_.is_http_1_0, head_.method == "HEAD"};
}

// A resumable stream may end before its request is over. "Connection: close" keeps its client from sending the next
// request on this connection.
bool exchange::is_resumable() const { return head_.method == "GET" || session().has_value(); }

sse::framing exchange::framing() const noexcept {
    return head_.is_http_1_0 ? sse::framing::plain : sse::framing::chunked;
}

std::string& exchange::empty_scratch() {
    context_.scratch.clear();
    return context_.scratch;
}

void exchange::reject(const rejection& why) {
    if (std::exchange(is_answered_, true)) return;
    if (is_streaming_) return channel_.close();  // too late for a status
    const bool is_challenge = why.status == 401 || why.status == 403;
    if (!is_challenge || why.fields.empty()) {
        context_.rejections.log_rejection(peer_.name, why.status, why.sentence);
    }
    context_.responses.count(why.status);
    auto& text = empty_scratch();
    append_rejection(text, why, options());
    channel_.send(text);
}

void exchange::finish_empty(unsigned status) {
    if (is_streaming_) return close_stream();
    if (std::exchange(is_answered_, true)) return;
    context_.responses.count(status);
    auto& text = empty_scratch();
    append_empty(text, status, options());
    channel_.send(text);
}

void exchange::finish_text(unsigned status, std::string_view type, std::string text) {
    if (std::exchange(is_answered_, true)) return;
    context_.responses.count(status);
    const auto how = options();
    auto& head = empty_scratch();
    append_text_head(head, status, type, text.size(), how);
    if (how.omits_body) text.clear();
    if (text.empty()) channel_.send(head);
    else channel_.send(head, std::move(text));
}

void exchange::open_stream(std::string_view event, std::chrono::milliseconds retry) {
    if (is_answered_ || is_streaming_ || !accepted_.event_stream) return;
    auto& text = empty_scratch();
    begin_stream(text);
    if (!event.empty()) sse::append_priming_event(text, event, retry, framing());
    channel_.send(text);
}

void exchange::notify(std::string json, std::string_view event) {
    if (is_answered_ || !accepted_.event_stream) return;
    auto& text = empty_scratch();
    // The text that begins the stream contains the head, so it must not be dropped.
    const auto priority = is_streaming_ ? priority_of(json) : send_priority::response;
    if (!is_streaming_) begin_stream(text);
    sse::append_message(text, json, event, framing());
    channel_.send(text, priority);
}

void exchange::close_stream() {
    if (!is_streaming_) return finish_empty(202);
    if (std::exchange(is_answered_, true)) return;
    auto& text = empty_scratch();
    end_stream(text);
    // The request may continue without its stream, and it occupies the connection meanwhile.
    is_last_ = true;
    channel_.send(text);
    channel_.shutdown_after_sending();
}

void exchange::finish(wire::reply answer) {
    if (answer.json.empty()) return finish_empty(answer.status);
    if (std::exchange(is_answered_, true)) return;
    on_closed_ = nullptr;
    on_delivered_ = std::move(answer.delivered);
    const bool accepts_stream_only = answer.status == 200 && !accepted_.json && accepted_.event_stream;
    if (is_streaming_ || accepts_stream_only) {
        answer_in_stream(answer);
    } else {
        answer_in_json(std::move(answer));
    }
}

void exchange::begin_stream(std::string& text) {
    is_streaming_ = true;
    context_.responses.count(200);
    append_stream_head(text, options());
    channel_.set_streaming(true);
}

void exchange::end_stream(std::string& text) {
    sse::append_end(text, framing());
    channel_.set_streaming(false);
    is_last_ |= context_.is_draining();
}

void exchange::answer_in_stream(const wire::reply& answer) {
    auto& text = empty_scratch();
    if (!is_streaming_) begin_stream(text);
    sse::append_message(text, answer.json, answer.event, framing());
    end_stream(text);
    channel_.send(text);
}

void exchange::answer_in_json(wire::reply answer) {
    context_.responses.count(answer.status);
    auto& text = empty_scratch();
    const auto how = options();
    append_json_head(text, answer, how);
    if (how.omits_body) return channel_.send(text);
    if (answer.json.size() > max_copied_body) return channel_.send(text, std::move(answer.json));
    text += answer.json;
    channel_.send(text);
}

void exchange::on_stream_idle() {
    auto& text = empty_scratch();
    sse::append_keep_alive(text, framing());
    channel_.send(text, send_priority::progress);
}

void exchange::on_closed(std::function<void()> callback) {
    on_closed_ = std::move(callback);
    if (!on_closed_ || is_answered_) return;
    if (!channel_.has_client_disconnected()) {
        // Before that, body() reads; it starts watching afterwards.
        if (body_.is_read()) channel_.watch_for_disconnect();
        return;
    }
    // Never call back from within this call.
    asio::post(get_executor(), [weak = channel_.weak_from_this()] {
        if (const auto channel = weak.lock()) channel->notify_observer();
    });
}

void exchange::on_disconnect() {
    if (auto callback = std::exchange(on_closed_, nullptr); callback && !is_answered_) callback();
}

}  // namespace toolrack::http
