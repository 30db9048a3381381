// The door: takes connections from a listening socket, and turns away whom there is no place for.
//
// One accepts per call, so that the listener's loop decides how many in a row. Keeps one descriptor
// in reserve: when the process has no other left, it is given up for a moment to answer 503, where
// a server without one would leave clients hanging and spin on a socket that stays readable.
#pragma once

#include <memory>
#include <optional>

#include "base/descriptor.hpp"
#include "http/connection_limiter.hpp"
#include "http/networks.hpp"
#include "http/peer.hpp"
#include "http/refusal_log.hpp"
#include "http/rejection.hpp"
#include "http/sources.hpp"

namespace toolrack::http {

struct accepted_connection {
    descriptor socket;
    peer who;
    connection_limiter::place place;
};

enum class accept_result {
    came_in,
    was_turned_away,  // and has been told so
    nobody,           // no one waits
    try_later         // the machine is short of something
};

// What goes over the wire of an address.
enum class wire_text {
    clear,            // so only from the networks that were named
    clear_and_local,  // it never leaves this machine
    sealed            // TLS: from anybody
};

class acceptor {
public:
    acceptor(std::shared_ptr<connection_limiter> inside, networks clear_text, sources counted, wire_text spoken, log& to);

    // Fills `into` when somebody came in.
    accept_result open(int listening, std::optional<accepted_connection>& into);

private:
    void turn_away(const descriptor& connected, const rejection& why) const;
    accept_result without_descriptors(int listening);
    accept_result refuse_to(const descriptor& connected, const peer& who, const rejection& why);

    std::shared_ptr<connection_limiter> inside_;
    networks clear_text_;
    sources counted_;
    wire_text spoken_;
    refusal_log refusals_;
    descriptor reserve_;
};

}  // namespace toolrack::http
