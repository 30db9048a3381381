// Grants that an auth backend allows the host to reuse for a time, instead of asking it again (CONTRACT.md, A5).
//
// A grant is found only by the instance that gave it and for exactly the same token and facts. They are stored as a
// MAC under a random key of this process; no token is stored. A grant ends with its time to keep (steady clock), its
// expiry (wall clock) or its revocation, whichever comes first.
//
// Lives in the process state, because instances outlive generations. Bounded: by entries, in total and per caller, and
// by the size of one grant. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/secret.hpp"
#include "identity/principal.hpp"
#include "plugin/instance.hpp"

namespace toolrack::auth {

class remembered_grants {
public:
    explicit remembered_grants(std::size_t most = 8192);
    ~remembered_grants();
    remembered_grants(const remembered_grants&) = delete;
    remembered_grants& operator=(const remembered_grants&) = delete;

    // The state before a backend is asked: an answer that was overtaken by a revocation is not remembered.
    struct start {
        std::uint64_t epoch;
        std::chrono::steady_clock::time_point time;
    };
    std::uint64_t epoch() const noexcept;

    using key = sha256_digest;
    key key_of(const plugin::credentials& shown) const;

    std::optional<identity::grant>
    find(const key& shown, const std::shared_ptr<plugin::instance>& backend, const clock& clock);

    // `keep` counts from `asked`.
    void add(const key& shown,
             const std::shared_ptr<plugin::instance>& backend,
             const identity::grant& granted,
             std::chrono::seconds keep,
             const start& asked);

    // Removes the grants of a credential; those of all credentials of the backend when it is empty. When this returns,
    // no thread finds one any more.
    void revoke(std::string_view backend, std::string_view credential);

    bool has_grants_of(std::string_view backend) const;
    std::size_t size() const;

private:
    struct table;

    const std::size_t most_;
    const secret key_;
    const std::unique_ptr<table> table_;
};

}  // namespace toolrack::auth
