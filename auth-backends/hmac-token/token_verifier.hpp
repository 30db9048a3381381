// Decides whether a signed token is accepted, by the keys and the revocation list as they are now.
//
// Includes no host header: the files that include this one also include the SDK, which has the namespace toolrack too.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "token/backend_callbacks.hpp"

class token_verifier {
public:
    struct settings {
        std::string keys;      // path
        std::string revoked;   // path; empty: revoked.list beside the keys, which may be missing
        std::string issuer;    // empty: "toolrack"
        std::string audience;  // empty: the URI of this server, which the host passes to each check
        std::string max_ttl;   // a duration; empty: 24h
    };
    enum class outcome { granted, not_ours, wrong_audience, refused };
    struct decision {
        outcome result = outcome::refused;
        std::string why;          // for the log; empty when granted
        std::string subject, id;  // when granted
        std::vector<std::string> scopes;
        std::int64_t expires = 0;  // seconds since 1970
        bool may_be_new = false;   // refused because no key that was read last has made the signature
    };

    // Throws std::exception, one full sentence, when the settings or the files cannot be used.
    token_verifier(const settings& settings, toolrack::token::backend_callbacks callbacks);
    ~token_verifier();
    token_verifier(const token_verifier&) = delete;
    token_verifier& operator=(const token_verifier&) = delete;

    // Any thread; never waits for a file. `resource` is the URI of this server, `now` is in seconds since 1970.
    decision decide(std::string_view token, std::string_view resource, std::int64_t now) const;
    // Any thread; does not wait. `then` runs on a thread of the verifier after every change of the keys up to now was
    // read. False, and `then` never runs, when too many callbacks are queued already.
    bool after_reload(std::function<void()> then) const;

private:
    class state;
    const std::unique_ptr<state> state_;
};
