#include "mcp/response_writer.hpp"

#include <utility>

namespace toolrack::mcp {
namespace {

constexpr std::chrono::milliseconds reconnect_after{500};

}  // namespace

response_writer::~response_writer() {
    // A client that reconnects must not wait for a reply that was never sent.
    if (stream_ && !stream_->is_finished()) {
        session_->drop(stream_);
        stream_->attach(nullptr);
    }
    if (!listener_) return;
    stream_->detach(listener_.get());
    if (listener_->is_closed()) return;
    to_.on_closed(nullptr);
    listener_->close();
}

void response_writer::notify(std::string json) {
    has_notified_ = true;
    if (!session_ || !to_.headers()) return to_.notify(std::move(json));
    if (!stream_) begin_stream();
    stream_->send(std::move(json));
}

void response_writer::finish(wire::reply reply) {
    entry_.end(reply);
    if (stream_) return stream_->finish(std::move(reply.json));
    to_.finish(std::move(reply));
}

void response_writer::finish_cancelled() {
    entry_.end(wire::outcome::cancelled);
    if (has_closed_connection_) return;
    if (has_notified_) to_.close_stream();
    else to_.finish({202, {}, {}, {}});
}

void response_writer::close_connection() {
    // Clients of older versions take a stream that ends without a reply for a failure.
    if (has_closed_connection_ || !session_ || !to_.headers() || !to_.takes_stream() ||
        session_->version().name < wire::newest_legacy.name)
        return;
    has_closed_connection_ = true;
    if (!stream_) {
        begin_stream();
        to_.open_stream(stream_->empty_event(), reconnect_after);
    }
    stream_->detach(listener_.get());
    to_.on_closed(nullptr);
    listener_->close();
    to_.close_stream();
}

void response_writer::begin_stream() {
    stream_ = session_->open_stream();
    listener_ = std::make_shared<stream_queue>(to_);
    to_.on_closed([listener = listener_] { listener->close(); });
    stream_->attach(listener_);
}

}  // namespace toolrack::mcp
