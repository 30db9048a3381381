// The door: takes connections from a listening socket, and turns away whom there is no place for.
//
// One accepts per call, so that the listener's loop decides how many in a row. Keeps one descriptor
// in reserve: when the process has no other left, it is given up for a moment to answer 503, where
// a server without one would leave clients hanging and spin on a socket that stays readable.
#pragma once

#include <memory>
#include <optional>

#include "http/crowd.hpp"
#include "http/descriptor.hpp"
#include "http/networks.hpp"
#include "http/peer.hpp"
#include "http/refusal_log.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

struct guest {
    descriptor socket;
    peer who;
    crowd::place place;
};

enum class knock {
    came_in,
    was_turned_away,  // and has been told so
    nobody,           // no one waits
    try_later         // the machine is short of something
};

class door {
public:
    // `clear_text` is asked only when the address is not loopback.
    door(std::shared_ptr<crowd> inside, networks clear_text, bool is_local, log& to);

    // Fills `into` when somebody came in.
    knock open(int listening, std::optional<guest>& into);

private:
    knock without_descriptors(int listening);
    knock refuse_to(const descriptor& connected, const peer& who, const rejection& why);

    std::shared_ptr<crowd> inside_;
    networks clear_text_;
    bool is_local_;
    refusal_log refusals_;
    descriptor reserve_;
};

}  // namespace toolrack::http
