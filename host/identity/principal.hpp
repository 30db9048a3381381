// An authenticated caller: subject, issuer, scopes and expiry.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/scope.hpp"

namespace toolrack::identity {

// What a principal, or a source address, uses of its limits. Opaque here: the room auth defines it.
struct usage_counters;

// What an auth backend says about a caller. Not proof of anything: only a principal is.
struct grant {
    std::string subject;     // never empty
    std::string issuer;      // the authority that names the subject
    std::string backend;     // name of the instance that granted it
    std::string credential;  // public id of the credential, for logs and revocation; never a secret
    std::vector<std::string> scopes;
    std::chrono::system_clock::time_point expires = std::chrono::system_clock::time_point::max();
    std::uint64_t revocation_epoch = 0;  // auth::open_streams::epoch() at the time of the grant
};

// Proof that a request passed the gate: only the room auth can construct one (tests/layers checks it).
class principal {
public:
    const std::string& subject() const noexcept { return granted_.subject; }
    const std::string& issuer() const noexcept { return granted_.issuer; }
    const std::string& backend() const noexcept { return granted_.backend; }
    const std::string& credential() const noexcept { return granted_.credential; }
    const std::vector<std::string>& scopes() const noexcept { return granted_.scopes; }
    std::chrono::system_clock::time_point expires() const noexcept { return granted_.expires; }
    std::uint64_t revocation_epoch() const noexcept { return granted_.revocation_epoch; }
    // Never null.
    const std::shared_ptr<usage_counters>& usage() const noexcept { return usage_; }
    // Shared by all callers from the same source; null when the source is not known.
    const std::shared_ptr<usage_counters>& source_usage() const noexcept { return source_usage_; }

    // True when "*" was granted.
    bool may_everything() const noexcept { return may_everything_; }
    bool may(std::string_view required) const noexcept {
        return may_everything_ || std::ranges::any_of(granted_.scopes, [&](const std::string& granted) {
                   return covers(granted, required);
               });
    }

    // Whether both are the same caller, with whatever token. Sessions are bound to the caller, not to the token.
    bool is_same_as(const principal& other) const noexcept {
        return subject() == other.subject() && issuer() == other.issuer();
    }

protected:
    principal(grant granted, std::shared_ptr<usage_counters> own, std::shared_ptr<usage_counters> source)
        : granted_(std::move(granted)), usage_(std::move(own)), source_usage_(std::move(source)),
          may_everything_(std::ranges::find(granted_.scopes, every_scope) != granted_.scopes.end()) {}

private:
    grant granted_;
    std::shared_ptr<usage_counters> usage_, source_usage_;
    bool may_everything_;
};

}  // namespace toolrack::identity
