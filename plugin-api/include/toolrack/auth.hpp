// Auth backends: the facts of a request, and the decision about it.
//
//     s.auth(trait::quick, [](const facts& shown) -> decision {
//         if (shown.token == ...) return grant{.subject = "ann", .scopes = {"orders"}};
//         return refuse(refusal::bad_token, "not a token of ours");
//     });
//
// A handler decision(const facts&) answers when it returns. A handler void(check) owns the check and
// answers later, from any thread. A handler void(check&) either answers or moves the check to its
// new owner. A check that is destroyed unanswered, and an exception, refuse with unavailable.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "toolrack/abi.h"
#include "toolrack/detail/host_interface.hpp"
#include "toolrack/detail/request.hpp"
#include "toolrack/json.hpp"

namespace toolrack {

// Properties of a backend, combined with |. They must be true.
enum class trait : std::uint64_t {
    none = 0,
    quick = TOOLRACK_AUTH_QUICK,          // never blocks: may run on an I/O thread
    tokenless = TOOLRACK_AUTH_TOKENLESS,  // may grant without a token
    open = TOOLRACK_AUTH_OPEN,            // grants every request
};

constexpr trait operator|(trait one, trait other) {
    return static_cast<trait>(static_cast<std::uint64_t>(one) | static_cast<std::uint64_t>(other));
}

// The facts of a request. The views are valid until the check is answered. The token is a secret: do
// not log or store it, and wipe copies of it.
struct facts {
    std::string_view token;        // empty if the client sent none (RFC 6750, 2.1)
    std::string_view resource;     // the server's canonical uri: the required audience (RFC 8707)
    std::string_view peer;         // remote address without port, "unix" or "stdio"
    std::string_view certificate;  // of the client, DER; empty if it sent none
    std::int64_t peer_uid = -1;    // of the peer of a Unix socket; -1 if unknown
    std::int64_t peer_gid = -1;    // -1 if unknown
    std::int64_t now = 0;          // seconds since 1970; use it instead of your own clock
};

struct grant {
    std::string subject;  // never empty, at most 256 bytes
    std::vector<std::string> scopes{};
    std::string credential{};      // a public id of the token, never a secret
    std::string issuer{};          // empty: the backend's configured name
    std::int64_t expires = 0;      // seconds since 1970; 0: does not expire
    std::chrono::seconds keep{0};  // how long the host may remember the grant
};

enum class refusal : toolrack_refusal {
    unavailable = TOOLRACK_UNAVAILABLE,        // 503: the check could not be completed
    no_token = TOOLRACK_NO_TOKEN,              // 401 with a bare challenge
    bad_token = TOOLRACK_BAD_TOKEN,            // 401: unknown, forged, expired, revoked
    wrong_audience = TOOLRACK_WRONG_AUDIENCE,  // 401
    forbidden = TOOLRACK_FORBIDDEN,            // 403: authenticated, but not allowed
    pass = TOOLRACK_PASS,                      // a token of another kind: ask the next backend
};

// why goes to the host's log; the client never sees it. It must not contain the token.
struct refuse {
    refuse(refusal refusal_kind, std::string reason) : kind(refusal_kind), why(std::move(reason)) {}

    refusal kind;
    std::string why;
};

using decision = std::variant<grant, refuse>;

namespace detail {

// Overwrites a block that contained a token, and frees it.
struct wipe {
    std::size_t size = 0;
    void operator()(char* block) const noexcept {
        explicit_bzero(block, size);
        delete[] block;
    }
};

}  // namespace detail

// One authentication check, to be answered exactly once. Movable, not copyable. Any thread may use
// it, but only one at a time. Destroying it unanswered refuses with unavailable.
class check {
public:
    check(detail::host_interface& host, toolrack_call id, const toolrack::facts& shown)
        : host_(&host), id_(id), facts_(shown) {}
    // A moved check may outlive the host's views, so the move copies the facts.
    check(check&& other) noexcept
        : host_(other.host_), id_(std::exchange(other.id_, 0)), facts_(other.facts_), block_(std::move(other.block_)) {
        if (!block_) keep();
    }
    check& operator=(check&&) = delete;
    ~check() { answer(refuse(refusal::unavailable, "the backend did not answer")); }

    const toolrack::facts& facts() const { return facts_; }

    // Only the first answer is sent.
    void answer(const decision& decided) noexcept {
        const toolrack_call id = std::exchange(id_, 0);
        if (id == 0) return;
        if (const auto* who = std::get_if<grant>(&decided)) {
            host_->grant(id, *who);
        } else if (const auto* no = std::get_if<refuse>(&decided)) {
            host_->refuse(id, static_cast<toolrack_refusal>(no->kind), no->why);
        } else {
            host_->refuse(id, TOOLRACK_UNAVAILABLE, "the backend's answer threw an exception");
        }
    }

private:
    void keep() {
        const std::size_t size =
            facts_.token.size() + facts_.resource.size() + facts_.peer.size() + facts_.certificate.size() + 1;
        block_ = std::unique_ptr<char[], detail::wipe>(new char[size], detail::wipe{size});
        detail::packer into(block_.get());
        into.keep(facts_.token);
        into.keep(facts_.resource);
        into.keep(facts_.peer);
        into.keep(facts_.certificate);
    }

    detail::host_interface* host_;
    toolrack_call id_;
    toolrack::facts facts_;
    std::unique_ptr<char[], detail::wipe> block_;
};

// A registered backend. The defaults are those of a backend with static tokens.
class authenticator {
public:
    template <class Handler>
    authenticator(trait traits, Handler handler) : traits_(traits) {
        const auto shared = std::make_shared<Handler>(std::move(handler));
        if constexpr (std::is_invocable_r_v<decision, Handler&, const facts&>) {
            decide_ = [shared](check& asked) { asked.answer((*shared)(asked.facts())); };
        } else if constexpr (std::is_invocable_v<Handler&, check&>) {
            decide_ = [shared](check& asked) { (*shared)(asked); };
        } else {
            static_assert(std::is_invocable_v<Handler&, check>,
                          "an auth handler is decision(const facts&), void(check) or void(check&)");
            decide_ = [shared](check& asked) { (*shared)(std::move(asked)); };
        }
    }

    // "authorization_servers" and "scopes_supported" of the protected-resource metadata
    // (RFC 9728, 2).
    authenticator& metadata(const json::text& what) {
        metadata_ = what.str();
        return *this;
    }

    // ---- for the SDK ----

    std::uint64_t traits() const { return static_cast<std::uint64_t>(traits_); }
    std::string_view metadata() const { return metadata_; }
    void decide(check& asked) const { decide_(asked); }

private:
    trait traits_;
    std::string metadata_;
    std::function<void(check&)> decide_;
};

// Revokes grants. A cheap handle: copies are allowed. Any thread may use it until the instance is
// destroyed.
class grants {
public:
    explicit grants(detail::host_interface& host) : host_(&host) {}

    // When it returns, no earlier grant of the credential admits a request (CONTRACT.md, A5).
    void forget(std::string_view credential) const noexcept { host_->forget(credential); }
    void forget_all() const noexcept { host_->forget({}); }

private:
    detail::host_interface* host_;
};

}  // namespace toolrack
