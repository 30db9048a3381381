// The wire of one connection: bytes in, bytes out, and the deadline of whatever it waits for.
//
// Reading is awaited, by one reader at a time. Sending never waits: what the socket does not take
// at once goes to the write queue and leaves when the client reads. Belongs to one I/O thread; always
// held by a shared_ptr, which callbacks that are still under way share.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "http/thread_context.hpp"
#include "http/read_buffer.hpp"
#include "http/write_queue.hpp"
#include "http/stream.hpp"

namespace toolrack::http {

enum class waiting {
    for_nothing,
    for_handshake,
    for_request,
    for_head,
    for_body,
    for_writing,
    for_event,
    for_goodbye
};

class channel : public std::enable_shared_from_this<channel> {
public:
    // Who wants to hear what happens while nobody reads: the exchange that is being answered.
    class observer {
    public:
        virtual void client_left() = 0;
        virtual void nothing_sent_for_long() = 0;

    protected:
        ~observer() = default;
    };

    channel(std::shared_ptr<thread_context> at,
            stream::socket connected,
            std::unique_ptr<tls_session> session = nullptr);

    bool speaks_tls() const noexcept { return stream_.speaks_tls(); }
    // The beginning of a connection that speaks TLS.
    awaitable<handshake> shake_hands();
    const tls_session& session() const noexcept { return stream_.session(); }
    void stop_tls() noexcept { stream_.stop_tls(); }

    read_buffer& in() noexcept { return in_; }

    // Reads what comes next; 0 when nothing will: the client ended, or the deadline of `what`
    // passed (then is_late()). What arrives moves a body's deadline only at the least rate, and
    // that of a head or a handshake not at all.
    awaitable<std::size_t> read(std::span<char> into, waiting what);
    bool is_late() const noexcept { return is_late_; }
    void stop_deadline() noexcept;

    void send(std::string_view text, send_priority what = send_priority::an_answer);
    // `body` is taken without a copy, if it has to wait at all.
    void send(std::string_view head, std::string&& body);
    // Nothing comes after what was sent: the sending side ends when all of that has left, whatever
    // is still under way here.
    void send_no_more();
    // Until all has left, or cannot.
    awaitable<void> flushed();

    // Whether nothing can be sent or read any more.
    bool is_broken() const noexcept { return is_broken_; }
    bool has_client_left() const noexcept { return has_client_left_; }
    void break_off();

    void observe_for(observer* who) noexcept { observer_ = who; }
    void tell_observer();
    // Tells the observer when the client leaves. Bytes that come meanwhile are kept for the next
    // request; once there is no room for more, the leaving goes unnoticed until the answer.
    void watch();
    // Whether what is sent is an event stream: silence on one is broken by a sign of life.
    void stream_events(bool from_now_on);

    // Says that nothing more will be sent, and lets the client read the end in peace: closing with
    // unread bytes around would reset the connection and could take the answer with it.
    awaitable<void> say_goodbye();
    // Ends a connection on which nothing is under way. One that was in use a moment ago gets
    // another moment, for a request that is on its way already.
    void drain();

private:
    std::chrono::milliseconds patience(waiting what) const;
    bool keeps_deadline(waiting what) const;
    void wait(waiting what);
    void deadline_passed();
    // Ends a connection on which nothing is left to be said.
    void part();
    void part_unless_asked();

    void send_later();
    void send_pending();
    void all_is_sent();
    // True when the socket refused for good.
    bool gives_up_on(error_code failed);
    void look_for_leaving();
    void client_left();

    std::shared_ptr<thread_context> thread_context_;  // lends the read buffer its memory
    stream stream_;
    read_buffer in_;
    write_queue out_;
    deadline deadline_;
    observer* observer_ = nullptr;
    waiting waiting_ = waiting::for_nothing;
    std::size_t moved_ = 0;  // bytes, since the deadline was set
    bool is_late_ = false;
    bool is_broken_ = false;
    bool has_client_left_ = false;
    bool is_watching_ = false;
    bool is_sending_ = false;
    bool is_streaming_ = false;
    bool sends_no_more_ = false;
};

}  // namespace toolrack::http
