// Rounds: a feature that needs something from the client before it can go on.
//
// A modern client gets what is asked as the result and calls again, with the answers and with the
// feature's state, which travels sealed: it opens only for the same person, the same method and the
// same parameters, and not for long. (2026-07-28, basic/patterns/mrtr.) A legacy client is sent the
// requests themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/seal.hpp"
#include "wire/message.hpp"
#include "identity/principal.hpp"

namespace toolrack::mcp {

// What a feature is given besides its parameters, as JSON text; empty in the first round.
struct round {
    std::string responses;
    std::string state;
};

// The capabilities that `requests` need and `client` ({"capabilities": ...}) did not declare, as the
// JSON object of data.requiredCapabilities; nothing when it declared all. A method that no client
// answers is a complaint.
result<std::optional<std::string>, complaint> missing_capabilities(const json::value& requests,
                                                                   const json::value& client);

class state_keeper {
public:
    state_keeper(const seal& seal, const clock& clock) : seal_(seal), clock_(clock) {}

    std::string keep(std::string_view state, const wire::message& message, const identity::principal& who) const;

    // The round that a modern request is in. The error is a sentence for the client.
    result<round, complaint> read(const wire::message& message, const identity::principal& who) const;

private:
    const seal& seal_;
    const clock& clock_;
};

}  // namespace toolrack::mcp
