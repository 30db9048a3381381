#include "schema/equal.hpp"

#include "schema/number.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace toolrack::schema {
namespace {

namespace json = boost::json;

bool equal_objects(const json::object& a, const json::object& b, effort& left) {
    if (a.size() != b.size()) return false;
    for (const auto& member : a) {
        const auto* other = b.if_contains(member.key());
        if (!other || !equal(member.value(), *other, left)) return false;
    }
    return true;
}

bool equal_arrays(const json::array& a, const json::array& b, effort& left) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](auto& x, auto& y) { return equal(x, y, left); });
}

std::size_t hash_text(std::string_view text, effort& left) {
    left.spend(text.size() / 64);
    return std::hash<std::string_view>{}(text);
}

// Equal values have equal hashes.
std::size_t hash(const json::value& v, effort& left) {
    left.spend(1);
    if (const auto n = number::from(v)) return n->hash();
    if (const auto* text = v.if_string()) return hash_text(*text, left);
    std::size_t all = static_cast<std::size_t>(v.kind()) + (v.is_bool() && v.get_bool());
    if (const auto* items = v.if_array())
        for (const auto& item : *items) all = all * 31 + hash(item, left);
    if (const auto* members = v.if_object())
        for (const auto& member : *members)  // a sum: the order of members says nothing
            all += hash_text(member.key(), left) * 31 ^ hash(member.value(), left);
    return all;
}

struct hashed {
    std::size_t hash;
    std::size_t index;
    auto operator<=>(const hashed&) const = default;
};

}  // namespace

bool equal(const json::value& a, const json::value& b, effort& left) {
    left.spend(1);
    if (const auto x = number::from(a)) return x == number::from(b);
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
    case json::kind::object: return equal_objects(a.get_object(), b.get_object(), left);
    case json::kind::array: return equal_arrays(a.get_array(), b.get_array(), left);
    case json::kind::string: left.spend(a.get_string().size() / 64); return a.get_string() == b.get_string();
    case json::kind::bool_: return a.get_bool() == b.get_bool();
    case json::kind::null:
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: break;
    }
    return true;  // null is null; numbers have left above
}

// Few items are compared pairwise, many only when their hashes are equal. Intentional collisions are charged to the
// budget.
std::optional<std::pair<std::size_t, std::size_t>> repeated(const json::array& items, effort& left) {
    constexpr std::size_t few = 8;
    if (items.size() <= few) {
        for (std::size_t i = 0; i != items.size(); ++i)
            for (std::size_t j = i + 1; j != items.size(); ++j)
                if (equal(items[i], items[j], left)) return std::pair{i, j};
        return std::nullopt;
    }
    std::vector<hashed> sorted;
    sorted.reserve(items.size());
    for (std::size_t i = 0; i != items.size(); ++i) sorted.push_back({hash(items[i], left), i});
    std::sort(sorted.begin(), sorted.end());
    for (auto a = sorted.begin(); a != sorted.end(); ++a)
        for (auto b = a + 1; b != sorted.end() && b->hash == a->hash; ++b)
            if (equal(items[a->index], items[b->index], left)) return std::pair{a->index, b->index};
    return std::nullopt;
}

}  // namespace toolrack::schema
