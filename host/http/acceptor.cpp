#include "http/acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "http/response.hpp"

namespace toolrack::http {
namespace {

descriptor take_reserve() {
    return descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

descriptor accept_one(int listening, sockaddr_storage& from) {
    socklen_t size = sizeof from;
    return descriptor(accept4(
        listening, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

// Who speaks TLS reads no HTTP before a handshake, and a handshake is what there is no place for.
// A fatal alert, "internal error", is all that can be said (RFC 8446, 6.2).
constexpr std::string_view alert{"\x15\x03\x03\x00\x02\x02\x50", 7};

// Nothing here waits: whoever is turned away must not cost more than that. What the client has sent
// already is read off, or closing would reset the connection under the answer.
void send_and_end(const descriptor& connected, std::string_view text) {
    (void)send(connected.get(), text.data(), text.size(), MSG_NOSIGNAL);
    shutdown(connected.get(), SHUT_WR);
    std::array<char, 4096> ignored;
    while (recv(connected.get(), ignored.data(), ignored.size(), 0) ==
           static_cast<ssize_t>(ignored.size())) {
    }
}

rejection no_place() {
    return {503,
            "This server has no place for another connection; try again later.",
            {{"Retry-After", "5"}},
            wire::code::internal_error};
}

rejection no_clear_text(const peer& who) {
    return refuse(403,
                  "Requests from " + who.name +
                      " may not come in clear text; use https, or add its network to "
                      "server.allow_cleartext.");
}

}  // namespace

acceptor::acceptor(std::shared_ptr<connection_limiter> inside, networks clear_text, sources counted, wire_text spoken, log& to)
    : inside_(std::move(inside)), clear_text_(std::move(clear_text)), counted_(std::move(counted)),
      spoken_(spoken), refusals_(to), reserve_(take_reserve()) {}

accept_result acceptor::open(int listening, std::optional<accepted_connection>& into) {
    sockaddr_storage from{};
    auto connected = accept_one(listening, from);
    if (!connected) {
        switch (errno) {
        case EAGAIN: return accept_result::nobody;
        case EMFILE:
        case ENFILE: return without_descriptors(listening);
        case ENOBUFS:
        case ENOMEM: return accept_result::try_later;
        case EBADF:
        case EINVAL: return accept_result::nobody;       // closed meanwhile
        default: return accept_result::was_turned_away;  // that client is gone; others may wait
        }
    }
    auto who = peer_of(connected.get(), from);
    if (spoken_ == wire_text::clear && !clear_text_.include(who))
        return refuse_to(connected, who, no_clear_text(who));
    who.source = counted_.of(who);
    auto place = inside_->enter(who);
    if (!place) return refuse_to(connected, who, no_place());
    into.emplace(accepted_connection{std::move(connected), std::move(who), std::move(*place)});
    return accept_result::came_in;
}

accept_result acceptor::refuse_to(const descriptor& connected, const peer& who, const rejection& why) {
    refusals_.say(who.name, why.status, why.sentence);
    turn_away(connected, why);
    return accept_result::was_turned_away;
}

// Says why and closes.
void acceptor::turn_away(const descriptor& connected, const rejection& why) const {
    if (spoken_ == wire_text::sealed) return send_and_end(connected, alert);
    std::string text;
    append_rejection(text, why, {.closes = true});
    send_and_end(connected, text);
}

accept_result acceptor::without_descriptors(int listening) {
    if (!reserve_) reserve_ = take_reserve();
    if (!reserve_) return accept_result::try_later;
    reserve_.reset();
    sockaddr_storage from{};
    if (auto connected = accept_one(listening, from)) turn_away(connected, no_place());
    reserve_ = take_reserve();
    return accept_result::try_later;
}

}  // namespace toolrack::http
