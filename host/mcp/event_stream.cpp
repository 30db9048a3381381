#include "mcp/event_stream.hpp"

#include <charconv>
#include <utility>

namespace toolrack::mcp {
namespace {

constexpr std::size_t max_kept = 256;
constexpr std::size_t max_kept_bytes = 256 * 1024;

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

void event_stream::send(std::string json) {
    held_bytes::dropped removed;
    {
        const lock_guard lock(mutex_);
        if (is_finished_) return;
        // A client that reconnects needs only the last of several equal notifications.
        if (!listener_ && number_ == 0) {
            const auto equal = [&](const event& one) { return one.json == json; };
            kept_bytes_ -= json.size() * std::erase_if(kept_, equal);
        }
        const auto& kept = keep(std::move(json));
        if (listener_) listener_->send(kept.json, id_of(kept.number));
        count_kept(removed);
    }
    for (const auto& drop : removed) drop();
}

void event_stream::finish(std::string json) {
    held_bytes::dropped removed;
    {
        const lock_guard lock(mutex_);
        if (std::exchange(is_finished_, true)) return;
        const auto& kept = keep(std::move(json));
        if (const auto listener = std::exchange(listener_, nullptr)) send_last(*listener, kept);
        count_kept(removed);
    }
    for (const auto& drop : removed) drop();
}

void event_stream::send_last(stream_queue& to, const event& last) {
    wire::reply reply;
    reply.json = last.json;
    reply.event = id_of(last.number);
    reply.delivered = [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->drop_large();
    };
    to.end(std::move(reply));
}

std::string event_stream::empty_event() {
    const lock_guard lock(mutex_);
    return id_of(next_++);
}

void event_stream::attach(std::shared_ptr<stream_queue> listener, std::optional<std::uint64_t> last_seen) {
    const lock_guard lock(mutex_);
    if (listener_ && listener_ != listener) listener_->end();
    listener_ = std::move(listener);
    if (!listener_) return;
    const auto* last = is_finished_ && !kept_.empty() ? &kept_.back() : nullptr;
    if (last_seen)
        for (const auto& one : kept_)
            if (one.number > *last_seen && &one != last) listener_->send(one.json, id_of(one.number));
    if (!is_finished_) return;
    const auto ended = std::exchange(listener_, nullptr);
    if (last && last_seen && last->number > *last_seen) send_last(*ended, *last);
    else ended->end();
}

void event_stream::detach(const stream_queue* listener) {
    const lock_guard lock(mutex_);
    if (listener_.get() == listener) listener_ = nullptr;
}

bool event_stream::is_attached() const {
    const lock_guard lock(mutex_);
    return listener_ && !listener_->is_closed();
}

bool event_stream::is_finished() const {
    const lock_guard lock(mutex_);
    return is_finished_;
}

bool event_stream::can_resume_after(std::uint64_t last_seen) const {
    const lock_guard lock(mutex_);
    return !is_finished_ || !kept_.empty() || last_seen + 1 >= next_;
}

std::optional<event_stream::event_id> event_stream::read_id(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto stream = read_number(text.substr(0, dash)), event = read_number(text.substr(dash + 1));
    if (!stream || !event) return std::nullopt;
    return event_id{*stream, *event};
}

std::string event_stream::id_of(std::uint64_t event) const {
    return std::to_string(number_) + '-' + std::to_string(event);
}

const event_stream::event& event_stream::keep(std::string json) {
    kept_bytes_ += json.size();
    kept_.push_back({next_++, std::move(json)});
    // The newest is kept whatever its size: it may be the reply.
    while (kept_.size() > 1 && (kept_.size() > max_kept || kept_bytes_ > max_kept_bytes)) {
        kept_bytes_ -= kept_.front().json.size();
        kept_.pop_front();
    }
    return kept_.back();
}

void event_stream::count_kept(held_bytes::dropped& removed) {
    if (!held_) return;
    if (counted_) return counted_->resize(kept_bytes_, removed);
    const auto drop = [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->drop_kept();
    };
    counted_ = held_->add(owner_, kept_bytes_, drop, removed);
}

// What is small stays: behind a proxy, the client may have lost what the proxy has read.
void event_stream::drop_large() {
    bool is_large = false;
    {
        const lock_guard lock(mutex_);
        is_large = kept_bytes_ > max_kept_bytes;
    }
    if (is_large) drop_kept();
}

void event_stream::drop_kept() {
    const lock_guard lock(mutex_);
    kept_.clear();
    kept_bytes_ = 0;
    counted_.reset();
}

}  // namespace toolrack::mcp
