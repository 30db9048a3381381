// The facts about a request that authentication may use. They are known before the body is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "identity/source.hpp"

namespace toolrack::identity {

// Views into the head of the request; valid as long as the head.
struct request_facts {
    std::optional<std::string_view> authorization;  // value of the Authorization header
    bool token_in_query = false;                    // the query has a parameter access_token
    std::string_view peer;                          // "127.0.0.1", "::1", "unix"
    std::int64_t peer_uid = -1;                     // of the process that connected to a unix socket
    std::int64_t peer_gid = -1;
    std::string_view certificate;                 // verified client certificate, DER; empty when there is none
    std::optional<identity::source> source = {};  // empty when many clients may share the address, as behind a proxy
};

}  // namespace toolrack::identity
