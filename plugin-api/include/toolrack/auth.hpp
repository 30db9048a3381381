// Deciding who is asking: what an auth backend is given, and what it may answer.
//
//     s.auth(trait::quick, [](const facts& shown) -> verdict {
//         if (shown.token == ...) return grant{.subject = "ann", .scopes = {"orders"}};
//         return refuse(refusal::bad_token, "not a token of ours");
//     });
//
// A handler verdict(const facts&) answers on return; a handler void(check) owns the question and
// answers later, from any thread; a handler void(check&) does either: it answers, or moves the question
// to where it is answered. A question that is dropped, and an exception, is a refusal.
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
#include "toolrack/detail/host_side.hpp"
#include "toolrack/detail/request.hpp"
#include "toolrack/json.hpp"

namespace toolrack {

// What the host should know of a backend.
enum class trait : std::uint64_t {
    none = 0,
    quick = TOOLRACK_AUTH_QUICK,          // never blocks: may be asked on an I/O thread
    tokenless = TOOLRACK_AUTH_TOKENLESS,  // may grant without a token
    open = TOOLRACK_AUTH_OPEN,            // grants everyone
};

constexpr trait operator|(trait one, trait other) {
    return static_cast<trait>(static_cast<std::uint64_t>(one) | static_cast<std::uint64_t>(other));
}

// What a request shows. Good until the question is answered; the token is a secret: keep none of
// it, and wipe what you copied.
struct facts {
    std::string_view token;        // empty when none was sent
    std::string_view resource;     // our canonical uri: the audience to insist on (RFC 8707)
    std::string_view peer;         // remote address, "unix" or "stdio"
    std::string_view certificate;  // the client's, DER; empty when none
    std::int64_t peer_uid = -1;    // of a unix socket's other end
    std::int64_t peer_gid = -1;
    std::int64_t now = 0;  // seconds since 1970; use this clock, not your own
};

struct grant {
    std::string subject;  // never empty
    std::vector<std::string> scopes{};
    std::string credential{};      // a public id of what was shown, never a secret
    std::string issuer{};          // empty: the backend's configured name
    std::int64_t expires = 0;      // seconds since 1970; 0 when it never does
    std::chrono::seconds keep{0};  // how long the host may reuse this answer
};

enum class refusal : toolrack_refusal {
    unavailable = TOOLRACK_UNAVAILABLE,        // 503: could not find out
    no_token = TOOLRACK_NO_TOKEN,              // 401 with a bare challenge
    bad_token = TOOLRACK_BAD_TOKEN,            // 401: unknown, forged, expired, revoked
    wrong_audience = TOOLRACK_WRONG_AUDIENCE,  // 401
    forbidden = TOOLRACK_FORBIDDEN,            // 403: we know who it is, and no
    pass = TOOLRACK_PASS,                      // not a credential of mine: ask the next backend
};

// why is for the host's log; the client never sees it.
struct refuse {
    refuse(refusal how, std::string reason) : kind(how), why(std::move(reason)) {}

    refusal kind;
    std::string why;
};

using verdict = std::variant<grant, refuse>;

namespace detail {

// Frees a block that held a token, and leaves nothing of it behind.
struct wipe {
    std::size_t size = 0;
    void operator()(char* block) const noexcept {
        explicit_bzero(block, size);
        delete[] block;
    }
};

}  // namespace detail

// One question, and the duty to answer it once. Moves, does not copy.
class check {
public:
    check(detail::host_side& host, toolrack_call id, const toolrack::facts& shown)
        : host_(&host), id_(id), facts_(shown) {}
    // The facts may outlive the host's view of them from here on, so they are copied.
    check(check&& other) noexcept
        : host_(other.host_), id_(std::exchange(other.id_, 0)), facts_(other.facts_),
          block_(std::move(other.block_)) {
        if (!block_) keep();
    }
    check& operator=(check&&) = delete;
    ~check() { answer(refuse(refusal::unavailable, "the backend did not answer")); }

    const toolrack::facts& facts() const { return facts_; }

    // The first counts.
    void answer(const verdict& decided) noexcept {
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
        const std::size_t size = facts_.token.size() + facts_.resource.size() + facts_.peer.size() +
                                 facts_.certificate.size() + 1;
        block_ = std::unique_ptr<char[], detail::wipe>(new char[size], detail::wipe{size});
        detail::packer into(block_.get());
        into.keep(facts_.token);
        into.keep(facts_.resource);
        into.keep(facts_.peer);
        into.keep(facts_.certificate);
    }

    detail::host_side* host_;
    toolrack_call id_;
    toolrack::facts facts_;
    std::unique_ptr<char[], detail::wipe> block_;
};

// A configured backend. What is not said stays as it is for static tokens.
class authenticator {
public:
    template <class Handler>
    authenticator(trait traits, Handler handler) : traits_(traits) {
        const auto shared = std::make_shared<Handler>(std::move(handler));
        if constexpr (std::is_invocable_r_v<verdict, Handler&, const facts&>) {
            decide_ = [shared](check& asked) { asked.answer((*shared)(asked.facts())); };
        } else if constexpr (std::is_invocable_v<Handler&, check&>) {
            decide_ = [shared](check& asked) { (*shared)(asked); };
        } else {
            static_assert(std::is_invocable_v<Handler&, check>,
                          "an auth handler is verdict(const facts&), void(check) or void(check&)");
            decide_ = [shared](check& asked) { (*shared)(std::move(asked)); };
        }
    }

    // "authorization_servers" and "scopes_supported" of the protected-resource metadata (RFC 9728).
    authenticator& metadata(const json::text& what) {
        metadata_ = what.str();
        return *this;
    }

    // ---- for the glue ----

    std::uint64_t traits() const { return static_cast<std::uint64_t>(traits_); }
    std::string_view metadata() const { return metadata_; }
    void decide(check& asked) const { decide_(asked); }

private:
    trait traits_;
    std::string metadata_;
    std::function<void(check&)> decide_;
};

// Takes back what was granted. Copy it to wherever it is needed; any thread may use it until the
// instance is destroyed.
class grants {
public:
    explicit grants(detail::host_side& host) : host_(&host) {}

    void forget(std::string_view credential) const noexcept { host_->forget(credential); }
    void forget_all() const noexcept { host_->forget({}); }

private:
    detail::host_side* host_;
};

}  // namespace toolrack
