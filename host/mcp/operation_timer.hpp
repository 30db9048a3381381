// The duration of requests, by method, tool and error type (mcp_server_operation_duration_seconds).
//
// A histogram is looked up by its labels once and by number from then on: a request costs two clock reads and two
// additions. One set per generation, because the catalog of the generation numbers the tools; the counts stay in
// metrics::registry.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/entry.hpp"
#include "catalog/catalog.hpp"
#include "metrics/registry.hpp"
#include "wire/outcome.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {

class operation_histograms {
public:
    // Null registry: nothing is counted. Both must outlive it. Methods have numbers below `methods`.
    operation_histograms(metrics::registry* registry, const catalog::catalog& catalog, std::size_t methods);

    struct operation {
        std::size_t method = 0;
        std::string_view method_name;
        const catalog::tool* tool = nullptr;
    };
    void observe(std::chrono::nanoseconds duration, const operation& which, wire::outcome outcome, int code) const;
    bool are_enabled() const noexcept { return registry_ != nullptr; }

private:
    // The outcomes that the label error_type distinguishes: success, a word, or one of these codes.
    static constexpr std::array codes{wire::code::parse_error,
                                      wire::code::invalid_request,
                                      wire::code::method_not_found,
                                      wire::code::invalid_params,
                                      wire::code::internal_error,
                                      wire::code::resource_not_found_legacy,
                                      wire::code::header_mismatch,
                                      wire::code::missing_client_capability,
                                      wire::code::unsupported_version};
    static constexpr std::size_t words = static_cast<std::size_t>(wire::outcome::unanswered) + 1;
    static constexpr std::size_t kinds = words + codes.size();
    using by_kind = std::array<std::atomic<metrics::histogram*>, kinds>;

    static std::size_t kind_of(wire::outcome outcome, int code) noexcept;
    static std::string_view error_type(std::size_t kind, std::array<char, 16>& buffer) noexcept;
    metrics::histogram& look_up(const operation& which, std::size_t kind) const;

    metrics::registry* const registry_;
    const catalog::tool* const first_tool_;
    mutable std::vector<by_kind> by_method_, by_tool_;
};

// Measures one request until it is destroyed. A request whose method was never set is not counted.
class operation_timer {
public:
    // Both must outlive it.
    operation_timer(const operation_histograms& histograms, const audit::entry& entry) noexcept
        : histograms_(histograms), entry_(entry) {
        if (histograms.are_enabled()) start_ = std::chrono::steady_clock::now();
    }
    ~operation_timer() {
        if (!operation_ || !histograms_.are_enabled()) return;
        histograms_.observe(std::chrono::steady_clock::now() - start_,
                            *operation_,
                            entry_.outcome().value_or(wire::outcome::unanswered),
                            entry_.error_code());
    }
    operation_timer(const operation_timer&) = delete;
    operation_timer& operator=(const operation_timer&) = delete;

    void set_method(std::size_t number, std::string_view name) noexcept { operation_ = {number, name}; }
    void set_tool(const catalog::tool& tool) noexcept {
        if (operation_) operation_->tool = &tool;
    }

private:
    const operation_histograms& histograms_;
    const audit::entry& entry_;
    std::chrono::steady_clock::time_point start_;
    std::optional<operation_histograms::operation> operation_;
};

}  // namespace toolrack::mcp
