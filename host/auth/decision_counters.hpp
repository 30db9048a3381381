// Counts the decisions of the auth backends by backend and result. The counters are looked up once for each gate.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "identity/refusal.hpp"
#include "metrics/registry.hpp"
#include "plugin/instance.hpp"

namespace toolrack::auth {

class decision_counters {
public:
    // `registry` outlives this; null: nothing is counted.
    decision_counters(metrics::registry* registry, const std::vector<std::shared_ptr<plugin::instance>>& backends) {
        if (!registry) return;
        for (const auto& one : backends) by_backend_.push_back(counters_of(*registry, one->name()));
        by_backend_.push_back(counters_of(*registry, {}));
    }

    // `backend` is its index in the gate.
    void count(std::size_t backend, const plugin::auth_result& result) const noexcept {
        using kind = enum plugin::auth_result::kind;
        if (by_backend_.empty()) return;
        const auto& counters = by_backend_[backend];
        switch (result.kind) {
        case kind::granted: return counters.granted->add();
        case kind::passed: return counters.passed->add();
        case kind::refused: return counters.refused(result.refusal).add();
        }
    }
    void count_remembered(std::size_t backend) const noexcept {
        if (!by_backend_.empty()) by_backend_[backend].remembered->add();
    }
    // Every backend that was asked passed, or none could be asked.
    void count_undecided(identity::refusal why) const noexcept {
        if (!by_backend_.empty()) by_backend_.back().refused(why).add();
    }

private:
    // Those that a backend can answer; the others are found by the gate itself.
    static constexpr std::array refusals{identity::refusal::no_token,
                                         identity::refusal::bad_token,
                                         identity::refusal::wrong_audience,
                                         identity::refusal::forbidden,
                                         identity::refusal::unavailable};
    struct counters {
        metrics::counter* granted = nullptr;
        metrics::counter* remembered = nullptr;
        metrics::counter* passed = nullptr;
        std::array<metrics::counter*, refusals.size()> by_refusal{};

        metrics::counter& refused(identity::refusal why) const noexcept {
            std::size_t i = 0;
            while (i + 1 < refusals.size() && refusals[i] != why) ++i;
            return *by_refusal[i];
        }
    };
    static counters counters_of(metrics::registry& registry, const std::string& backend) {
        counters all;
        if (!backend.empty()) {
            all.granted = &registry.decisions.at({backend, "granted"});
            all.remembered = &registry.decisions.at({backend, "remembered"});
            all.passed = &registry.decisions.at({backend, "passed"});
        }
        for (std::size_t i = 0; i < refusals.size(); ++i)
            all.by_refusal[i] = &registry.decisions.at({backend, identity::word_for(refusals[i])});
        return all;
    }

    std::vector<counters> by_backend_;  // the last one is for undecided requests
};

}  // namespace toolrack::auth
