// Who asks. Only the gate makes one, from what a backend granted, so holding a principal is proof of
// having passed it.
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

namespace toolrack::auth {
class gate;
struct account;
}

namespace toolrack::identity {

// What a backend says about a caller; not yet proof of anything.
struct grant {
    std::string subject;     // never empty
    std::string issuer;      // who vouches for the subject
    std::string backend;     // the one that granted
    std::string credential;  // a public id of what was shown, for logs; never a secret
    std::vector<std::string> scopes;
    std::chrono::system_clock::time_point expires = std::chrono::system_clock::time_point::max();
    std::uint64_t admitted_at = 0;  // auth::visits::age() when it was granted
};

class principal {
public:
    const std::string& subject() const noexcept { return granted_.subject; }
    const std::string& issuer() const noexcept { return granted_.issuer; }
    const std::string& backend() const noexcept { return granted_.backend; }
    const std::string& credential() const noexcept { return granted_.credential; }
    const std::vector<std::string>& scopes() const noexcept { return granted_.scopes; }
    std::chrono::system_clock::time_point expires() const noexcept { return granted_.expires; }
    std::uint64_t admitted_at() const noexcept { return granted_.admitted_at; }
    // What they have under way, never null; and what everyone has who comes from where they came from, null where
    // that is no place of its own.
    const std::shared_ptr<auth::account>& account() const noexcept { return account_; }
    const std::shared_ptr<auth::account>& source() const noexcept { return source_; }

    // Whether everything was granted, as to who holds the single shared token.
    bool may_everything() const noexcept { return may_everything_; }
    // Whether what was granted covers what is required; the order of grants never matters.
    bool may(std::string_view required) const noexcept {
        return may_everything_ || std::ranges::any_of(granted_.scopes, [&](const std::string& granted) {
                   return covers(granted, required);
               });
    }

    // The same person, whatever token they showed: what sessions are bound to.
    bool is_same_as(const principal& other) const noexcept {
        return subject() == other.subject() && issuer() == other.issuer();
    }

private:
    friend class auth::gate;
    principal(grant granted, std::shared_ptr<auth::account> own, std::shared_ptr<auth::account> source)
        : granted_(std::move(granted)), account_(std::move(own)), source_(std::move(source)),
          may_everything_(std::ranges::find(granted_.scopes, every_scope) != granted_.scopes.end()) {}

    grant granted_;
    std::shared_ptr<auth::account> account_, source_;
    bool may_everything_;
};

}  // namespace toolrack::identity
