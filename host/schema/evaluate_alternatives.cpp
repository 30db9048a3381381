// Chooses the alternative to report when none is valid. Affects sentences only, never the result.
#include "schema/describe.hpp"
#include "schema/evaluation.hpp"

#include <algorithm>
#include <utility>

namespace toolrack::schema {

// Of the alternatives that resemble the value, the one with the fewest faults is reported. Without one, all are named.
bool evaluation::explain(const std::vector<node_id>& schemas, const meeting& m) {
    if (!is_reporting()) return false;
    std::vector<fault> best;
    for (const auto id : schemas) {
        if (!is_likely(id, m.instance, 0)) continue;
        std::vector<fault> faults;
        auto* const outer = std::exchange(reported_, &faults);
        fits(id, m.instance, m.at, m.within, nullptr);
        reported_ = outer;
        if (best.empty() || faults.size() < best.size()) best = std::move(faults);
    }
    if (best.empty())
        return tell(m.at, [&] { return "expected " + describe_any(in_, schemas) + ", found " + show(m.instance); });
    for (auto& each : best)
        if (is_reporting()) reported_->push_back(std::move(each));
    return false;
}

// Compares the type, and members with fixed values, such as "kind".
bool evaluation::is_likely(node_id id, const value& instance, int depth) {
    constexpr int deepest = 6;
    if (depth == deepest) return true;
    left_.spend(1);
    const auto& schema = in_.nodes[id];
    if ((schema.types & types_of(instance)) == 0) return false;
    const auto is_likely_too = [&](node_id inner) { return is_likely(inner, instance, depth + 1); };
    return std::ranges::all_of(schema.rules, [&](const rule& r) {
        if (std::holds_alternative<one_of_values>(r)) {
            const auto& values = std::get<one_of_values>(r).values;
            return std::ranges::any_of(values, [&](const value& each) { return equal(each, instance, left_); });
        }
        if (const auto* to = std::get_if<reference>(&r)) return is_likely_too(to->target);
        if (const auto* all = std::get_if<all_of>(&r)) return std::ranges::all_of(all->schemas, is_likely_too);
        if (const auto* any = std::get_if<any_of>(&r)) return std::ranges::any_of(any->schemas, is_likely_too);
        if (const auto* inside = std::get_if<members>(&r)) return has_likely_members(*inside, instance);
        return true;
    });
}

bool evaluation::has_likely_members(const members& r, const value& instance) {
    const auto* object = instance.if_object();
    if (!object) return true;
    return std::ranges::all_of(r.properties, [&](const members::named& each) {
        const auto& rules = in_.nodes[each.value].rules;
        const auto decides = [](const rule& one) { return std::holds_alternative<one_of_values>(one); };
        const auto* member = object->if_contains(each.name);
        return !member || std::ranges::none_of(rules, decides) || is_likely(each.value, *member, 0);
    });
}

}  // namespace toolrack::schema
