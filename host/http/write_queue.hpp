// What is still to be sent because the client does not read fast enough.
//
// Answers are always kept, and so are questions, which somebody waits to have answered.
// Notifications are kept up to a bound; beyond it the oldest that has not begun to leave is
// dropped, of progress as long as there is any: late progress is worth less than new progress, and
// a slow reader must not cost memory without end. The first piece counts as begun, also when no
// byte of it has left: TLS may have sealed it, and then that record is what comes next.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <list>
#include <string>

namespace toolrack::http {

enum class send_priority { progress, a_notification, an_answer };

class write_queue {
public:
    static constexpr std::size_t most_bytes = 256 * 1024;  // of notifications
    static constexpr std::size_t most_messages = 1000;

    bool is_empty() const noexcept { return pieces_.empty(); }

    // Of `bytes`, the first `already_sent` have left; that is told only of the first piece.
    void add(std::string bytes, send_priority what, std::size_t already_sent = 0);

    // The next pieces in order, for one gathering write.
    static constexpr std::size_t at_once = 16;
    using gathered = std::array<boost::asio::const_buffer, at_once>;
    gathered next() const;
    void sent(std::size_t bytes);

    void clear();

private:
    struct piece {
        std::string bytes;
        send_priority what;
    };
    using pieces = std::list<piece>;

    void forget(pieces::iterator which);
    bool drop_oldest(send_priority what);

    pieces pieces_;
    std::size_t sent_of_first_ = 0;
    std::size_t notifications_ = 0;  // progress among them
    std::size_t notification_bytes_ = 0;
};

}  // namespace toolrack::http
