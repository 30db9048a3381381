#include "http/exchange.hpp"

#include <utility>

#include "http/syntax/query.hpp"
#include "http/syntax/token.hpp"
#include "wire/reply.hpp"

namespace toolrack::http {
namespace {

// Above this, copying a body behind its head costs more than handing the kernel two pieces.
constexpr std::size_t worth_a_copy = 64 * 1024;

send_priority worth_of(std::string_view message) {
    if (wire::is_progress(message)) return send_priority::progress;
    return wire::is_question(message) ? send_priority::an_answer : send_priority::a_notification;
}

}  // namespace

exchange::exchange(
    channel& on, thread_context& at, const http::head& head, const peer& who, std::shared_ptr<void>& belongings)
    : channel_(on), thread_context_(at), head_(head), peer_(who), belongings_(belongings), body_(on, at, head),
      takes_(accepted_by(head)) {
    mirror();
    channel_.observe_for(this);
}

exchange::~exchange() {
    channel_.observe_for(nullptr);
}

void exchange::mirror() {
    constexpr std::string_view prefix = "mcp-param-";
    mirrored_.protocol_version = head_.find(single::mcp_protocol_version);
    mirrored_.method = head_.find(single::mcp_method);
    mirrored_.name = head_.find(single::mcp_name);
    for (const auto& [name, value] : head_.fields) {
        if (!is_word(name.substr(0, prefix.size()), prefix)) continue;
        params_.push_back({name.substr(prefix.size()), value});
    }
    mirrored_.params = params_;
}

identity::request_facts exchange::facts() const {
    return {head_.find(single::authorization),
            names_a_token(head_.query),
            peer_.name,
            peer_.uid,
            peer_.gid,
            peer_.certificate,
            peer_.source};
}

awaitable<result<std::string_view, rejection>> exchange::body() {
    if (auto no = check_content(head_, takes_, thread_context_.limits.body)) co_return std::move(*no);
    auto text = co_await body_.read();
    if (left_) channel_.watch();
    co_return text;
}

manner exchange::how() {
    is_last_ = !head_.keep_alive || !body_.is_read() || thread_context_.is_draining() ||
               (is_streaming_ && (head_.is_http_1_0 || may_break_off()));
    return {is_last_, head_.is_http_1_0, head_.method == "HEAD"};
}

// A stream that its client can take up again may end before its request is over, and a client that has
// heard so in time does not send the next request on the same connection.
bool exchange::may_break_off() const { return head_.method == "GET" || session().has_value(); }

sse::framing exchange::framing() const noexcept {
    return head_.is_http_1_0 ? sse::framing::plain : sse::framing::chunked;
}

// Text is sent, or copied to the write queue, before anything else runs: one string serves the thread.
std::string& exchange::blank() {
    thread_context_.scratch.clear();
    return thread_context_.scratch;
}

void exchange::reject(const rejection& why) {
    if (std::exchange(is_answered_, true)) return;
    if (is_streaming_) return channel_.break_off();  // too late for a status
    const bool is_challenge = why.status == 401 || why.status == 403;
    if (!is_challenge || why.fields.empty()) {
        thread_context_.refusals.say(peer_.name, why.status, why.sentence);
    }
    thread_context_.answers.note(why.status);
    auto& text = blank();
    append_rejection(text, why, how());
    channel_.send(text);
}

void exchange::finish_empty(unsigned status) {
    if (is_streaming_) return close_stream();
    if (std::exchange(is_answered_, true)) return;
    thread_context_.answers.note(status);
    auto& text = blank();
    append_empty(text, status, how());
    channel_.send(text);
}

void exchange::finish_text(unsigned status, std::string_view type, std::string text) {
    if (std::exchange(is_answered_, true)) return;
    thread_context_.answers.note(status);
    const auto manner = how();
    auto& head = blank();
    append_text_head(head, status, type, text.size(), manner);
    if (manner.wants_no_body) text.clear();
    if (text.empty()) channel_.send(head);
    else channel_.send(head, std::move(text));
}

void exchange::open_stream(std::string_view event, std::chrono::milliseconds retry) {
    if (is_answered_ || is_streaming_ || !takes_.stream) return;
    auto& text = blank();
    begin_stream(text);
    if (!event.empty()) sse::append_opening(text, event, retry, framing());
    channel_.send(text);
}

void exchange::notify(std::string json, std::string_view event) {
    if (is_answered_ || !takes_.stream) return;
    auto& text = blank();
    // What begins the stream may not be dropped, or nobody could read the rest.
    const auto what = is_streaming_ ? worth_of(json) : send_priority::an_answer;
    if (!is_streaming_) begin_stream(text);
    sse::append_message(text, json, event, framing());
    channel_.send(text, what);
}

void exchange::close_stream() {
    if (!is_streaming_) return finish_empty(202);
    if (std::exchange(is_answered_, true)) return;
    auto& text = blank();
    end_stream(text);
    // The request may well go on without its stream, and nobody else is served here meanwhile.
    is_last_ = true;
    channel_.send(text);
    channel_.send_no_more();
}

void exchange::finish(wire::reply answer) {
    if (answer.json.empty()) return finish_empty(answer.status);
    if (std::exchange(is_answered_, true)) return;
    left_ = nullptr;
    const bool takes_nothing_else = answer.status == 200 && !takes_.json && takes_.stream;
    if (is_streaming_ || takes_nothing_else) {
        answer_in_stream(answer);
    } else {
        answer_in_json(std::move(answer));
    }
}

void exchange::begin_stream(std::string& text) {
    is_streaming_ = true;
    thread_context_.answers.note(200);
    append_stream_head(text, how());
    channel_.stream_events(true);
}

void exchange::end_stream(std::string& text) {
    sse::append_end(text, framing());
    channel_.stream_events(false);
    is_last_ |= thread_context_.is_draining();
}

void exchange::answer_in_stream(const wire::reply& answer) {
    auto& text = blank();
    if (!is_streaming_) begin_stream(text);
    sse::append_message(text, answer.json, answer.event, framing());
    end_stream(text);
    channel_.send(text);
}

void exchange::answer_in_json(wire::reply answer) {
    thread_context_.answers.note(answer.status);
    auto& text = blank();
    const auto manner = how();
    append_json_head(text, answer, manner);
    if (manner.wants_no_body) return channel_.send(text);
    if (answer.json.size() > worth_a_copy) return channel_.send(text, std::move(answer.json));
    text += answer.json;
    channel_.send(text);
}

void exchange::nothing_sent_for_long() {
    auto& text = blank();
    sse::append_sign_of_life(text, framing());
    channel_.send(text, send_priority::progress);
}

void exchange::on_closed(std::function<void()> left) {
    left_ = std::move(left);
    if (!left_ || is_answered_) return;
    if (!channel_.has_client_left()) {
        // Before the body is read, its bytes are the reader's.
        if (body_.is_read()) channel_.watch();
        return;
    }
    // Not from within this call: the caller may not be ready to hear it.
    asio::post(get_executor(), [on = channel_.weak_from_this()] {
        if (const auto still = on.lock()) still->tell_observer();
    });
}

void exchange::client_left() {
    if (auto left = std::exchange(left_, nullptr); left && !is_answered_) left();
}

}  // namespace toolrack::http
