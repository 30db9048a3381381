// The audit policy: decides what the audit says, as one generation of the configuration wants it.
//
// Knows which requests are calls, and what of them is written: who asked for what, how it ended, and of the
// arguments as much as was chosen. Never a token. Immutable; used by all I/O threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "audit/entry.hpp"
#include "audit/journal.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"
#include "wire/message.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"

namespace toolrack::audit {

class audit_policy {
public:
    audit_policy() = default;  // keeps no account of anything
    // `key` is needed for digests only: without it, whoever has a digest could try short arguments until one
    // fits.
    audit_policy(std::shared_ptr<journal> into, const config::audit& rules, std::uint64_t generation, secret key);

    // Open when this is a call.
    entry open(const wire::message& said, const identity::principal& who) const;

    // Somebody was not let in. Only so many get a line; it says how many got none before.
    void note_refusal(identity::refusal why, std::string_view peer) const;

    // Null when there is no audit.
    const std::shared_ptr<journal>& journal_kept() const noexcept { return into_; }

private:
    std::string arguments_of(const wire::message& said) const;

    std::shared_ptr<journal> into_;
    config::audit rules_;
    std::uint64_t generation_ = 0;
    secret key_;
};

}  // namespace toolrack::audit
