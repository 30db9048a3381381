#include "http/write_queue.hpp"

#include <algorithm>
#include <iterator>

namespace toolrack::http {

void write_queue::add(std::string bytes, send_priority priority, std::size_t already_sent) {
    if (messages_.empty()) sent_of_first_ = already_sent;
    if (priority != send_priority::response) {
        ++notifications_;
        notification_bytes_ += bytes.size();
    }
    messages_.push_back({std::move(bytes), priority});
    while (notifications_ > max_notifications || notification_bytes_ > max_bytes) {
        // When neither is left, only the first message remains.
        if (!drop_oldest(send_priority::progress) && !drop_oldest(send_priority::notification)) break;
    }
}

bool write_queue::drop_oldest(send_priority priority) {
    const auto oldest = std::find_if(std::next(messages_.begin()), messages_.end(), [priority](const message& each) {
        return each.priority == priority;
    });
    if (oldest == messages_.end()) return false;
    erase(oldest);
    return true;
}

write_queue::buffer_sequence write_queue::next() const {
    buffer_sequence buffers;
    auto skip = sent_of_first_;
    auto slot = buffers.begin();
    for (const auto& each : messages_) {
        if (slot == buffers.end()) break;
        *slot++ = boost::asio::buffer(each.bytes) + skip;
        skip = 0;
    }
    return buffers;
}

void write_queue::consume(std::size_t bytes) {
    sent_of_first_ += bytes;
    while (!messages_.empty() && sent_of_first_ >= messages_.front().bytes.size()) {
        sent_of_first_ -= messages_.front().bytes.size();
        erase(messages_.begin());
    }
}

void write_queue::clear() {
    while (!messages_.empty()) erase(messages_.begin());
    sent_of_first_ = 0;
}

void write_queue::erase(messages::iterator which) {
    if (which->priority != send_priority::response) {
        --notifications_;
        notification_bytes_ -= which->bytes.size();
    }
    messages_.erase(which);
}

}  // namespace toolrack::http
