#include "mcp/response_writer.hpp"

#include <utility>

namespace toolrack::mcp {
namespace {

constexpr std::chrono::milliseconds come_back_after{500};

}  // namespace

response_writer::~response_writer() {
    // Whoever comes back for an answer that there never was must not wait for it.
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

void response_writer::say(std::string json) {
    has_spoken_ = true;
    if (!session_ || !to_.headers()) return to_.notify(std::move(json));
    if (!stream_) begin_stream();
    stream_->send(std::move(json));
}

void response_writer::finish(wire::reply answer) {
    account_.end(answer);
    if (stream_) return stream_->finish(std::move(answer.json));
    to_.finish(std::move(answer));
}

void response_writer::fall_silent() {
    account_.end(wire::outcome::cancelled);
    if (has_hung_up_) return;
    if (has_spoken_) to_.close_stream();
    else to_.finish({202, {}, {}, {}});
}

void response_writer::hang_up() {
    // Before 2025-11-25 a client takes a stream that ends without an answer for a failure.
    if (has_hung_up_ || !session_ || !to_.headers() || !to_.takes_stream() ||
        session_->version().name < wire::newest_legacy.name)
        return;
    has_hung_up_ = true;
    if (!stream_) {
        begin_stream();
        to_.open_stream(stream_->empty_event(), come_back_after);
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
