// Decides what the audit log records, for one generation of the configuration.
//
// A line has the principal, the method and its subject, the outcome, and the arguments as configured (none, digest or
// full); never a token. Immutable; used by all I/O threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "audit/entry.hpp"
#include "audit/journal.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"
#include "wire/message.hpp"

namespace toolrack::audit {

class audit_policy {
public:
    audit_policy() = default;  // records nothing
    // `key` is for digests only: a digest without a key could be reversed by trying short arguments.
    audit_policy(std::shared_ptr<journal> into, const config::audit& rules, std::uint64_t generation, secret key);

    // An entry for a call; an inactive entry for any other message.
    entry open(const wire::message& message, const identity::principal& who) const;

    // Records that authentication failed. Rate-limited; a line has the number of refusals that were not recorded before
    // it.
    void record_refusal(identity::refusal why, std::string_view peer) const;

    // Null without an audit log.
    const std::shared_ptr<journal>& shared_journal() const noexcept { return into_; }

private:
    std::string arguments_of(const wire::message& message) const;

    std::shared_ptr<journal> into_;
    config::audit rules_;
    std::uint64_t generation_ = 0;
    secret key_;
};

}  // namespace toolrack::audit
