// The registrations of the setup function. Owned by the instance; constant after the setup.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "toolrack/auth.hpp"
#include "toolrack/feature.hpp"
#include "toolrack/json.hpp"

namespace toolrack::detail {

struct registry {
    std::deque<feature> features;  // a deque, so that pointers to features stay valid
    std::map<std::pair<feature::kind, std::string_view>, const feature*> by_name;
    std::optional<toolrack::authenticator> authenticator;
    std::function<void(std::string_view uri, bool on)> watch_handler;
    std::function<std::vector<json::text>()> more_resources;
    std::vector<std::shared_ptr<void>> kept;

    // Kept objects are destroyed first, because their threads may use the other members.
    ~registry() { kept.clear(); }

    const feature* find(feature::kind which, std::string_view name) const {
        const auto found = by_name.find({which, name});
        return found == by_name.end() ? nullptr : found->second;
    }
};

}  // namespace toolrack::detail
