#include "mcp/operation.hpp"

#include <algorithm>
#include <charconv>

namespace toolrack::mcp {

operations::operations(metrics::figures* figures, const catalog::catalog& catalog, std::size_t methods)
    : figures_(figures), first_tool_(catalog.tools().entries().data()), by_method_(figures ? methods : 0),
      by_tool_(figures ? catalog.tools().entries().size() : 0) {}

void operations::took(std::chrono::nanoseconds time, const which& what, wire::outcome how, int code) const {
    const auto kind = kind_of(how, code);
    auto& known =
        what.tool ? by_tool_[static_cast<std::size_t>(what.tool - first_tool_)][kind] : by_method_[what.method][kind];
    auto* into = known.load(std::memory_order_acquire);
    if (!into) {
        into = &find(what, kind);  // whoever else does so meanwhile finds the same one
        known.store(into, std::memory_order_release);
    }
    into->observe(time);
}

std::size_t operations::kind_of(wire::outcome how, int code) noexcept {
    if (how != wire::outcome::error) return static_cast<std::size_t>(how);
    const auto known = std::ranges::find(codes, code);
    return known == codes.end() ? static_cast<std::size_t>(how)
                                : words + static_cast<std::size_t>(known - codes.begin());
}

// Empty when nothing went wrong. A code that a plugin has made up has no series of its own.
std::string_view operations::error_type(std::size_t kind, std::array<char, 16>& room) noexcept {
    if (kind >= words) {
        const auto end = std::to_chars(room.data(), room.data() + room.size(), int{codes[kind - words]}).ptr;
        return {room.data(), end};
    }
    const auto how = static_cast<wire::outcome>(kind);
    switch (how) {
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
    return wire::word_for(how);
}

metrics::histogram& operations::find(const which& what, std::size_t kind) const {
    std::array<char, 16> room;
    return figures_->operations.at({what.name, what.tool ? std::string_view(what.tool->name) : std::string_view(),
                                    error_type(kind, room)});
}

}  // namespace toolrack::mcp
