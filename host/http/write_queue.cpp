#include "http/write_queue.hpp"

#include <algorithm>
#include <iterator>

namespace toolrack::http {

void write_queue::add(std::string bytes, send_priority what, std::size_t already_sent) {
    if (pieces_.empty()) sent_of_first_ = already_sent;
    if (what != send_priority::an_answer) {
        ++notifications_;
        notification_bytes_ += bytes.size();
    }
    pieces_.push_back({std::move(bytes), what});
    while (notifications_ > most_messages || notification_bytes_ > most_bytes) {
        // When neither goes, all that is left has begun to leave.
        if (!drop_oldest(send_priority::progress) && !drop_oldest(send_priority::a_notification)) break;
    }
}

bool write_queue::drop_oldest(send_priority what) {
    const auto oldest = std::find_if(std::next(pieces_.begin()),
                                     pieces_.end(),
                                     [what](const piece& each) { return each.what == what; });
    if (oldest == pieces_.end()) return false;
    forget(oldest);
    return true;
}

write_queue::gathered write_queue::next() const {
    gathered buffers;
    auto skip = sent_of_first_;
    auto slot = buffers.begin();
    for (const auto& each : pieces_) {
        if (slot == buffers.end()) break;
        *slot++ = boost::asio::buffer(each.bytes) + skip;
        skip = 0;
    }
    return buffers;
}

void write_queue::sent(std::size_t bytes) {
    sent_of_first_ += bytes;
    while (!pieces_.empty() && sent_of_first_ >= pieces_.front().bytes.size()) {
        sent_of_first_ -= pieces_.front().bytes.size();
        forget(pieces_.begin());
    }
}

void write_queue::clear() {
    while (!pieces_.empty()) forget(pieces_.begin());
    sent_of_first_ = 0;
}

void write_queue::forget(pieces::iterator which) {
    if (which->what != send_priority::an_answer) {
        --notifications_;
        notification_bytes_ -= which->bytes.size();
    }
    pieces_.erase(which);
}

}  // namespace toolrack::http
