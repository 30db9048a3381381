// What a request shows of itself before its body is read: all that the gate may look at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "identity/source.hpp"

namespace toolrack::identity {

// Views into the request's head, good while the head is.
struct request_facts {
    std::optional<std::string_view> authorization;  // the header's value
    bool token_in_query = false;                    // the target names an access_token
    std::string_view peer;                          // "127.0.0.1", "::1", "unix"
    std::int64_t peer_uid = -1;                     // of a unix socket's other end
    std::int64_t peer_gid = -1;
    std::string_view certificate;  // DER, of a TLS client that showed a good one; empty when none
    std::optional<identity::source> source = {};  // nothing where one address may stand for many people
};

}  // namespace toolrack::identity
