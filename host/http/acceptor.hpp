// Accepts connections from a listening socket, and rejects those above a limit or from networks that may not send clear
// text.
//
// Keeps one spare descriptor. When the process has no other left, the acceptor closes it to accept one connection and
// answer 503. Without it, clients would wait without an answer, and the thread would spin on a socket that stays
// readable.
#pragma once

#include <memory>
#include <optional>

#include "base/descriptor.hpp"
#include "http/cleartext_networks.hpp"
#include "http/connection_limiter.hpp"
#include "http/peer.hpp"
#include "http/rejection_log.hpp"
#include "http/source_rules.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::http {

struct accepted_connection {
    descriptor socket;
    http::peer peer;
    connection_limiter::slot slot;
};

enum class accept_result {
    accepted,
    rejected,  // the client got a rejection, or has disconnected already
    none_pending,
    out_of_resources  // no descriptor or memory; try again later
};

enum class transport_security {
    clear_text,        // only from the networks of server.allow_cleartext
    local_clear_text,  // loopback or unix socket: the bytes stay on this machine
    tls
};

class acceptor {
public:
    acceptor(std::shared_ptr<connection_limiter> limiter,
             cleartext_networks clear_text,
             source_rules sources,
             transport_security security,
             log& to);

    // Accepts one connection. Fills `into` when the result is `accepted`.
    accept_result accept(int listening, std::optional<accepted_connection>& into);

private:
    accept_result reject_connection(const descriptor& connected, const peer& from, const rejection& why);
    accept_result reject_without_descriptor(int listening);
    void send_rejection(const descriptor& connected, const rejection& why) const;

    std::shared_ptr<connection_limiter> limiter_;
    cleartext_networks clear_text_;
    source_rules sources_;
    transport_security security_;
    rejection_log rejections_;
    descriptor spare_;
};

}  // namespace toolrack::http
