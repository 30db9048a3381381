// What backends say of callers, counted: each answer of each backend has its counter, found once for every gate.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "metrics/figures.hpp"
#include "plugin/instance.hpp"
#include "identity/refusal.hpp"

namespace toolrack::auth {

class decisions {
public:
    // Without figures nothing is counted. They outlive this.
    decisions(metrics::figures* figures, const std::vector<std::shared_ptr<plugin::instance>>& backends) {
        if (!figures) return;
        for (const auto& one : backends) of_.push_back(found(*figures, one->name()));
        of_.push_back(found(*figures, {}));
    }

    // `backend` counts in the gate's order.
    void count(std::size_t backend, const plugin::verdict& said) const noexcept {
        using kind = enum plugin::verdict::kind;
        if (of_.empty()) return;
        const auto& counters = of_[backend];
        switch (said.kind) {
        case kind::granted: return counters.granted->add();
        case kind::passed: return counters.passed->add();
        case kind::refused: return counters.refused(said.refusal).add();
        }
    }
    // Everybody who could be asked has passed, or nobody could be.
    void count_of_nobody(identity::refusal why) const noexcept {
        if (!of_.empty()) of_.back().refused(why).add();
    }

private:
    // What verdicts are made of; the rest the gate finds out by itself.
    static constexpr std::array refusals{identity::refusal::no_token, identity::refusal::bad_token,
                                         identity::refusal::wrong_audience, identity::refusal::forbidden,
                                         identity::refusal::unavailable};
    struct counters {
        metrics::counter* granted = nullptr;
        metrics::counter* passed = nullptr;
        std::array<metrics::counter*, refusals.size()> by_refusal{};

        metrics::counter& refused(identity::refusal why) const noexcept {
            std::size_t i = 0;
            while (i + 1 < refusals.size() && refusals[i] != why) ++i;
            return *by_refusal[i];
        }
    };
    static counters found(metrics::figures& figures, const std::string& backend) {
        counters all;
        if (!backend.empty()) all.granted = &figures.decisions.at({backend, "granted"});
        if (!backend.empty()) all.passed = &figures.decisions.at({backend, "passed"});
        for (std::size_t i = 0; i < refusals.size(); ++i)
            all.by_refusal[i] = &figures.decisions.at({backend, identity::word_for(refusals[i])});
        return all;
    }

    std::vector<counters> of_;  // and at the end, nobody's
};

}  // namespace toolrack::auth
