// A requirement: what a caller must have been granted to see and use a feature.
//
// All of its scopes, in no order; none of them means that any caller will do. Made once per generation.
#pragma once

#include <string>
#include <vector>

#include "identity/principal.hpp"

namespace toolrack::catalog {

class requirement {
public:
    requirement() = default;  // any caller
    explicit requirement(std::vector<std::string> scopes);

    const std::vector<std::string>& scopes() const noexcept { return scopes_; }

    bool is_met_by(const identity::principal& who) const noexcept;
    // All that is missing, not only the first.
    std::vector<std::string> missing_for(const identity::principal& who) const;

    friend bool operator==(const requirement&, const requirement&) = default;

private:
    std::vector<std::string> scopes_;  // sorted, each once
};

}  // namespace toolrack::catalog
