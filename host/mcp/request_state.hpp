// requestState: the state of a feature that needs input from a modern client before it can continue.
//
// The client gets the requests as the result, and calls again with the responses and with the state, which travels
// sealed: it opens only for the same principal, method and parameters, and only for 30 minutes.
// (2026-07-28, basic/patterns/mrtr.)
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/seal.hpp"
#include "identity/principal.hpp"
#include "wire/message.hpp"

namespace toolrack::mcp {

// The input of a feature besides its parameters, as JSON text; empty in the first round.
struct round {
    std::string responses;
    std::string state;
};

class request_states {
public:
    // Both must outlive it.
    request_states(const seal& seal, const clock& clock) : seal_(seal), clock_(clock) {}

    // The requestState that carries `state`. `state` is at most seal::longest bytes.
    std::string close(std::string_view state, const wire::message& message, const identity::principal& caller) const;

    // The round that a modern request begins. The error is a sentence for the client.
    result<round, complaint> open(const wire::message& message, const identity::principal& caller) const;

private:
    const seal& seal_;
    const clock& clock_;
};

}  // namespace toolrack::mcp
