#include "http/acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "http/syntax/response.hpp"

namespace toolrack::http {
namespace {

descriptor open_spare() { return descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

descriptor accept_one(int listening, sockaddr_storage& from) {
    socklen_t size = sizeof from;
    return descriptor(accept4(listening, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

// A TLS client reads no HTTP before the handshake, so it gets a fatal alert: "internal error" (RFC 8446, 6.2).
constexpr std::string_view tls_alert{"\x15\x03\x03\x00\x02\x02\x50", 7};

// Never blocks. Reads some of what the client has sent already: closing a socket with unread bytes resets the
// connection, and the client could lose the answer. A client that sends faster than this reads must not occupy the
// thread.
void send_and_shut_down(const descriptor& connected, std::string_view text) {
    (void)send(connected.get(), text.data(), text.size(), MSG_NOSIGNAL);
    shutdown(connected.get(), SHUT_WR);
    std::array<char, 4096> ignored;
    for (int reads = 0; reads < 4; ++reads)
        if (recv(connected.get(), ignored.data(), ignored.size(), 0) < static_cast<ssize_t>(ignored.size())) return;
}

rejection too_many_connections() { return retry_later(503, "Too many connections. Try again later.", 5); }

rejection clear_text_not_allowed(const peer& from) {
    return reject(403,
                  "Clear text is not allowed from " + from.name +
                      ". Use https, or add its network to server.allow_cleartext.");
}

}  // namespace

acceptor::acceptor(std::shared_ptr<connection_limiter> limiter,
                   cleartext_networks clear_text,
                   source_rules sources,
                   transport_security security,
                   log& to)
    : limiter_(std::move(limiter)), clear_text_(std::move(clear_text)), sources_(std::move(sources)),
      security_(security), rejections_(to), spare_(open_spare()) {}

accept_result acceptor::accept(int listening, std::optional<accepted_connection>& into) {
    sockaddr_storage address{};
    auto connected = accept_one(listening, address);
    if (!connected) {
        switch (errno) {
        case EAGAIN: return accept_result::none_pending;
        case EMFILE:
        case ENFILE: return reject_without_descriptor(listening);
        case ENOBUFS:
        case ENOMEM: return accept_result::out_of_resources;
        case EBADF:
        case EINVAL: return accept_result::none_pending;  // the listening socket was closed
        default: return accept_result::rejected;          // the client has disconnected; others may wait
        }
    }
    auto from = peer_of(connected.get(), address);
    if (security_ == transport_security::clear_text && !clear_text_.contain(from))
        return reject_connection(connected, from, clear_text_not_allowed(from));
    from.source = sources_.source_of(from);
    auto slot = limiter_->acquire(from);
    if (!slot) return reject_connection(connected, from, too_many_connections());
    into.emplace(accepted_connection{std::move(connected), std::move(from), std::move(*slot)});
    return accept_result::accepted;
}

accept_result acceptor::reject_connection(const descriptor& connected, const peer& from, const rejection& why) {
    rejections_.log_rejection(from.name, why.status, why.sentence);
    send_rejection(connected, why);
    return accept_result::rejected;
}

void acceptor::send_rejection(const descriptor& connected, const rejection& why) const {
    if (security_ == transport_security::tls) return send_and_shut_down(connected, tls_alert);
    std::string text;
    append_rejection(text, why, {.closes = true});
    send_and_shut_down(connected, text);
}

accept_result acceptor::reject_without_descriptor(int listening) {
    if (!spare_) spare_ = open_spare();
    if (!spare_) return accept_result::out_of_resources;
    spare_.reset();
    sockaddr_storage ignored{};
    if (auto connected = accept_one(listening, ignored)) send_rejection(connected, too_many_connections());
    spare_ = open_spare();
    return accept_result::out_of_resources;
}

}  // namespace toolrack::http
