#include "schema/describe.hpp"
#include "schema/evaluation.hpp"

#include <algorithm>

namespace toolrack::schema {
namespace {

bool is_in(const count_range& range, std::uint64_t count) { return range.least <= count && count <= range.most; }

// In code points: all bytes but those that continue one.
std::size_t characters_in(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

bool evaluation::holds(const number_range& r, const meeting& m) {
    const auto n = number::from(m.instance);
    if (!n) return true;
    const bool enough = !r.least || (r.above_least ? *n > *r.least : *n >= *r.least);
    const bool not_too_much = !r.most || (r.below_most ? *n < *r.most : *n <= *r.most);
    return (enough && not_too_much) || tell_mismatch(m);
}

bool evaluation::holds(const multiple_of& r, const meeting& m) {
    const auto n = number::from(m.instance);
    return !n || n->is_multiple_of(r.divisor) || tell_mismatch(m);
}

bool evaluation::holds(const text_length& r, const meeting& m) {
    const auto* text = m.instance.if_string();
    if (!text) return true;
    left_.spend(text->size() / 256);
    const auto length = characters_in(*text);
    if (is_in(r, length)) return true;
    return tell(m.at, [&] {
        return "expected " + describe(in_, m.id) + ", found " + show(m.instance) + " of " +
               counted(length, "character");
    });
}

bool evaluation::holds(const matches& r, const meeting& m) {
    const auto* text = m.instance.if_string();
    return !text || matcher_.found(r.wanted, *text) || tell_mismatch(m);
}

bool evaluation::holds(const one_of_values& r, const meeting& m) {
    const bool known = std::ranges::any_of(r.values, [&](const value& each) { return equal(each, m.instance, left_); });
    return known || tell_mismatch(m);
}

bool evaluation::holds(const item_count& r, const meeting& m) {
    const auto* all = m.instance.if_array();
    return !all || is_in(r, all->size()) || tell_mismatch(m);
}

bool evaluation::holds(const member_count& r, const meeting& m) {
    const auto* all = m.instance.if_object();
    return !all || is_in(r, all->size()) || tell_mismatch(m);
}

}  // namespace toolrack::schema
