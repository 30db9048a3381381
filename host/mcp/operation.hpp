// How long requests take, by what they ask for and how they end.
//
// A histogram is looked for by name when the first of its kind ends, and found by number from then on: a request costs
// two looks at the clock and two additions. One for each generation, because tools are numbered by its catalog; what
// was counted lives on in the figures.
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
#include "metrics/figures.hpp"
#include "wire/outcome.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {

class operations {
public:
    // Without figures nothing is counted. Both outlive this. Methods have numbers below `methods`.
    operations(metrics::figures* figures, const catalog::catalog& catalog, std::size_t methods);

    struct which {
        std::size_t method = 0;
        std::string_view name;  // the method's
        const catalog::tool* tool = nullptr;
    };
    void took(std::chrono::nanoseconds time, const which& what, wire::outcome how, int code) const;
    bool are_counted() const noexcept { return figures_ != nullptr; }

private:
    // How a request can end, as far as labels tell it apart: well, in a word, or with one of these codes.
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
    using by_ending = std::array<std::atomic<metrics::histogram*>, kinds>;

    static std::size_t kind_of(wire::outcome how, int code) noexcept;
    static std::string_view error_type(std::size_t kind, std::array<char, 16>& room) noexcept;
    metrics::histogram& find(const which& what, std::size_t kind) const;

    metrics::figures* const figures_;
    const catalog::tool* const first_tool_;
    mutable std::vector<by_ending> by_method_, by_tool_;
};

// One of them, from its message to its answer. What it is becomes known on the way; until then it does not count.
class operation {
public:
    // Both outlive it.
    operation(const operations& all, const audit::entry& account) noexcept : all_(all), account_(account) {
        if (all.are_counted()) since_ = std::chrono::steady_clock::now();
    }
    ~operation() {
        if (!what_ || !all_.are_counted()) return;
        all_.took(std::chrono::steady_clock::now() - since_, *what_,
                  account_.how_it_ended().value_or(wire::outcome::unanswered), account_.error_code());
    }
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;

    void is(std::size_t method, std::string_view name) noexcept { what_ = {method, name}; }
    void is_of(const catalog::tool& tool) noexcept {
        if (what_) what_->tool = &tool;
    }

private:
    const operations& all_;
    const audit::entry& account_;
    std::chrono::steady_clock::time_point since_;
    std::optional<operations::which> what_;
};

}  // namespace toolrack::mcp
