// The byte transport of one connection: reading, writing, and the deadline of the current phase.
//
// One reader at a time awaits bytes. Sending never waits: bytes that the socket does not take at once go to the write
// queue and are sent when the client reads. Belongs to one I/O thread. Always owned by a shared_ptr, because pending
// callbacks share it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "http/read_buffer.hpp"
#include "http/thread_context.hpp"
#include "http/transport_socket.hpp"
#include "http/write_queue.hpp"

namespace toolrack::http {

// What the connection waits for. Determines the timeout.
enum class phase {
    processing,  // no deadline
    handshake,
    idle,  // between requests
    reading_head,
    reading_body,
    writing,
    streaming,  // keep-alive comments are sent
    lingering
};

class channel : public std::enable_shared_from_this<channel> {
public:
    // Callbacks while nobody reads. The exchange implements it.
    class observer {
    public:
        virtual void on_disconnect() = 0;
        virtual void on_stream_idle() = 0;

    protected:
        ~observer() = default;
    };

    channel(std::shared_ptr<thread_context> context,
            transport_socket::socket connected,
            std::unique_ptr<tls_session> session = nullptr);

    bool uses_tls() const noexcept { return socket_.uses_tls(); }
    // With TLS, call it first.
    awaitable<handshake_result> handshake();
    const tls_session& session() const noexcept { return socket_.session(); }
    void stop_tls() noexcept { socket_.stop_tls(); }

    read_buffer& in() noexcept { return in_; }

    // Reads the next bytes. 0 when none will come: the client has disconnected, or the deadline of `next` has passed
    // (then has_timed_out()). Received bytes extend the deadline of a body if they come fast enough; they never extend
    // that of a head or a handshake.
    awaitable<std::size_t> read(std::span<char> into, phase next);
    bool has_timed_out() const noexcept { return has_timed_out_; }
    void stop_deadline() noexcept;

    void send(std::string_view text, send_priority priority = send_priority::response);
    // Moves `body` into the write queue instead of copying it.
    void send(std::string_view head, std::string&& body);
    // Shuts the sending side down once everything has been sent, even if the request is still being handled.
    void shutdown_after_sending();
    // Waits until everything has been sent, or the channel is closed.
    awaitable<void> flush();

    bool is_closed() const noexcept { return is_closed_; }
    bool has_client_disconnected() const noexcept { return has_client_disconnected_; }
    // Closes the socket at once and drops unsent bytes.
    void close();

    void set_observer(observer* observer) noexcept { observer_ = observer; }
    void notify_observer();
    // Reads ahead to notice when the client disconnects. Received bytes are kept for the next request. Once the buffer
    // is full, a disconnect goes unnoticed until the answer.
    void watch_for_disconnect();
    // While an event stream is sent, the observer is called to send a keep-alive comment after a silence.
    void set_streaming(bool is_streaming);

    // Shuts the sending side down and reads for a short time before closing: closing a socket with unread bytes resets
    // the connection, and the client could lose the answer. True when the client closed its side meanwhile without an
    // error: it has read everything, because closing a socket with unread bytes is an error.
    awaitable<bool> lingering_close();
    // Closes an idle connection. One that was used shortly before stays open for another second, because a request may
    // be on its way.
    void drain();

private:
    std::chrono::milliseconds timeout_of(phase of) const;
    bool keeps_deadline(phase of) const;
    void enter(phase next);
    void on_deadline();
    void shut_down_and_close();
    void close_unless_requested();

    void send_when_writable();
    void send_queued();
    void on_all_sent();
    // Closes the channel, and returns true, on any error but would_block.
    bool close_on_error(error_code failed);
    void check_for_disconnect();
    void on_disconnect();

    std::shared_ptr<thread_context> context_;  // owns the pool of the read buffer
    transport_socket socket_;
    read_buffer in_;
    write_queue out_;
    deadline deadline_;
    observer* observer_ = nullptr;
    phase phase_ = phase::processing;
    std::size_t transferred_ = 0;  // bytes since the deadline was set
    bool has_timed_out_ = false;
    bool is_closed_ = false;
    bool has_ended_cleanly_ = false;  // the last read() found the end of the client's bytes
    bool has_client_disconnected_ = false;
    bool is_watching_ = false;
    bool is_waiting_to_send_ = false;
    bool is_streaming_ = false;
    bool shuts_down_after_sending_ = false;
};

}  // namespace toolrack::http
