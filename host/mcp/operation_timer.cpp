#include "mcp/operation_timer.hpp"

#include <algorithm>
#include <charconv>

namespace toolrack::mcp {

operation_histograms::operation_histograms(metrics::registry* registry,
                                           const catalog::catalog& catalog,
                                           std::size_t methods)
    : registry_(registry), first_tool_(catalog.tools().entries().data()), by_method_(registry ? methods : 0),
      by_tool_(registry ? catalog.tools().entries().size() : 0) {}

void operation_histograms::observe(std::chrono::nanoseconds duration,
                                   const operation& which,
                                   wire::outcome outcome,
                                   int code) const {
    const auto kind = kind_of(outcome, code);
    auto& known = which.tool ? by_tool_[static_cast<std::size_t>(which.tool - first_tool_)][kind]
                             : by_method_[which.method][kind];
    auto* histogram = known.load(std::memory_order_acquire);
    if (!histogram) {
        histogram = &look_up(which, kind);  // two threads that race find the same one
        known.store(histogram, std::memory_order_release);
    }
    histogram->observe(duration);
}

std::size_t operation_histograms::kind_of(wire::outcome outcome, int code) noexcept {
    if (outcome != wire::outcome::error) return static_cast<std::size_t>(outcome);
    const auto known = std::ranges::find(codes, code);
    return known == codes.end() ? static_cast<std::size_t>(outcome)
                                : words + static_cast<std::size_t>(known - codes.begin());
}

// Empty for success. A code that a plugin invented has no series of its own.
std::string_view operation_histograms::error_type(std::size_t kind, std::array<char, 16>& buffer) noexcept {
    if (kind >= words) {
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), int{codes[kind - words]}).ptr;
        return {buffer.data(), end};
    }
    const auto outcome = static_cast<wire::outcome>(kind);
    switch (outcome) {
    case wire::outcome::ok:
    case wire::outcome::input_required:
    case wire::outcome::task: return {};
    case wire::outcome::error: return "_OTHER";
    case wire::outcome::tool_error:
    case wire::outcome::denied:
    case wire::outcome::busy:
    case wire::outcome::timed_out:
    case wire::outcome::unaudited:
    case wire::outcome::cancelled:
    case wire::outcome::unanswered: break;
    }
    return wire::word_for(outcome);
}

metrics::histogram& operation_histograms::look_up(const operation& which, std::size_t kind) const {
    std::array<char, 16> buffer;
    return registry_->operations.at({which.method_name,
                                     which.tool ? std::string_view(which.tool->name) : std::string_view(),
                                     error_type(kind, buffer)});
}

}  // namespace toolrack::mcp
