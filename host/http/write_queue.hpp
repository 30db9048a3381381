// Messages that the socket has not taken yet, because the client reads slowly.
//
// Responses are always kept, and so are server-to-client requests, because a call waits for their answers.
// Notifications are kept up to a bound. Beyond it the oldest is dropped, progress first: later progress supersedes it.
// The first message is never dropped: TLS may have encrypted a part of it, and that record must be sent next.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <list>
#include <string>

namespace toolrack::http {

// `response` also covers server-to-client requests.
enum class send_priority { progress, notification, response };

class write_queue {
public:
    static constexpr std::size_t max_bytes = 256 * 1024;  // of notifications
    static constexpr std::size_t max_notifications = 1000;

    bool is_empty() const noexcept { return messages_.empty(); }

    // `already_sent` counts the bytes that were sent before; it applies to the first message only.
    void add(std::string bytes, send_priority priority, std::size_t already_sent = 0);

    // The next messages in order, for one gathering write.
    static constexpr std::size_t max_buffers = 16;
    using buffer_sequence = std::array<boost::asio::const_buffer, max_buffers>;
    buffer_sequence next() const;
    // Removes the first `bytes` bytes.
    void consume(std::size_t bytes);

    void clear();

private:
    struct message {
        std::string bytes;
        send_priority priority;
    };
    using messages = std::list<message>;

    void erase(messages::iterator which);
    bool drop_oldest(send_priority priority);

    messages messages_;
    std::size_t sent_of_first_ = 0;
    std::size_t notifications_ = 0;  // including progress
    std::size_t notification_bytes_ = 0;
};

}  // namespace toolrack::http
