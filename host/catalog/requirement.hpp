// The scopes that a caller needs to see and use a feature.
//
// All of them are required; without scopes any caller may use it. Immutable; built once for each generation.
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
    // All missing scopes.
    std::vector<std::string> missing_for(const identity::principal& who) const;

    friend bool operator==(const requirement&, const requirement&) = default;

private:
    std::vector<std::string> scopes_;  // sorted, unique
};

}  // namespace toolrack::catalog
