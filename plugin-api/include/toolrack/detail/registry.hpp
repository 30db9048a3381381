// What the setup registered, for as long as the instance lives.
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
    std::deque<feature> features;  // never moves one
    std::map<std::pair<feature::kind, std::string_view>, const feature*> by_name;
    std::optional<toolrack::authenticator> authenticator;
    std::function<void(std::string_view uri, bool on)> watcher;
    std::function<std::vector<json::text>()> more_resources;
    std::vector<std::shared_ptr<void>> kept;

    // What is kept goes first: its threads may use the rest.
    ~registry() { kept.clear(); }

    const feature* find(feature::kind which, std::string_view name) const {
        const auto found = by_name.find({which, name});
        return found == by_name.end() ? nullptr : found->second;
    }
};

}  // namespace toolrack::detail
