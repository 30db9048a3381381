#include "schema/describe.hpp"
#include "schema/evaluation.hpp"

#include <algorithm>

namespace toolrack::schema {
namespace {

namespace json = boost::json;

std::string names_of(const std::vector<members::named>& properties) {
    std::string out;
    for (const auto& each : properties) {
        if (out.size() > 300) return out + ", ...";
        out += (out.empty() ? "" : ", ") + quoted(each.name);
    }
    return out;
}

std::string unexpected(const members& r, std::string_view name) {
    auto out = "unexpected property " + quoted(name);
    if (r.properties.empty() && r.patterns.empty()) return out + ", expected none";
    out += ", expected only " + names_of(r.properties);
    for (const auto& each : r.patterns)
        out += (out.ends_with("only ") ? "names matching " : " or names matching ") + shortened(each.name.source());
    return out;
}

// " (string)" for "a string"; empty without a description.
std::string in_brackets(std::string_view phrase) {
    if (phrase == anything) return "";
    const std::size_t article = phrase.starts_with("a ") ? 2 : phrase.starts_with("an ") ? 3 : 0;
    return " (" + std::string(phrase.substr(article)) + ")";
}

// Further properties that a schema with a missing property names.
const members* properties_of(const node& schema) {
    for (const auto& r : schema.rules)
        if (const auto* found = std::get_if<members>(&r)) return found;
    return nullptr;
}

const members::named* find(const members& r, std::string_view name) {
    const auto at =
        std::ranges::lower_bound(r.properties, name, {}, [](const auto& each) { return std::string_view(each.name); });
    return at != r.properties.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

bool evaluation::allows_none(std::optional<node_id> rest) const {
    return rest && in_.nodes[*rest].types == types::none;
}

bool evaluation::member_fits(node_id id, const meeting& m, const json::key_value_pair& member) {
    return fits_inside(id, m, member.value(), {&m.at, member.key(), 0, true});
}

bool evaluation::holds(const required& r, const meeting& m) {
    const auto* object = m.instance.if_object();
    if (!object) return true;
    bool good = true;
    for (const auto& name : r.names) {
        if (object->contains(name)) continue;
        good = tell(m.at, [&] {
            const auto* all = properties_of(m.schema);
            const auto* known = all ? find(*all, name) : nullptr;
            return "missing required property " + quoted(name) +
                   (known ? in_brackets(describe(in_, known->value)) : "");
        });
        if (!is_reporting()) return false;
    }
    return good;
}

bool evaluation::holds(const members& r, const meeting& m) {
    const auto* object = m.instance.if_object();
    if (!object) return true;
    bool good = true;
    for (std::size_t i = 0; i != object->size(); ++i) {
        if (member_holds(r, m, i)) continue;
        if (!is_reporting()) return false;
        good = false;
    }
    return good;
}

bool evaluation::member_holds(const members& r, const meeting& m, std::size_t index) {
    const auto& member = m.instance.get_object().begin()[index];
    const std::string_view name = member.key();
    bool good = true, known = false;
    left_.spend(1);
    if (const auto* property = find(r, name)) {
        known = true;
        good = member_fits(property->value, m, member);
    }
    for (const auto& each : r.patterns) {
        if (!matcher_.found(each.name, name)) continue;
        known = true;
        good = member_fits(each.value, m, member) && good;
    }
    if (m.seen && (known || r.rest)) (*m.seen)[index] = true;
    if (known || !r.rest) return good;
    if (allows_none(r.rest)) return tell(m.at, [&] { return unexpected(r, name); });
    return member_fits(*r.rest, m, member);
}

bool evaluation::holds(const property_names& r, const meeting& m) {
    const auto* object = m.instance.if_object();
    if (!object) return true;
    bool good = true;
    for (const auto& member : *object) {
        left_.spend(member.key().size() / 64);
        if (fits_silently(r.name, m, json::value(member.key()), nullptr)) continue;
        good = tell(m.at, [&] {
            return "unexpected property name " + quoted(member.key()) + ", expected " + describe(in_, r.name);
        });
        if (!is_reporting()) return false;
    }
    return good;
}

bool evaluation::holds(const dependent_required& r, const meeting& m) {
    const auto* object = m.instance.if_object();
    if (!object || !object->contains(r.name)) return true;
    bool good = true;
    for (const auto& name : r.needs) {
        if (object->contains(name)) continue;
        good = tell(m.at, [&] { return "missing property " + quoted(name) + ", required beside " + quoted(r.name); });
        if (!is_reporting()) return false;
    }
    return good;
}

bool evaluation::holds(const dependent_schema& r, const meeting& m) {
    const auto* object = m.instance.if_object();
    return !object || !object->contains(r.name) || fits_here(r.then, m);
}

bool evaluation::holds(const unevaluated_members& r, const meeting& m) {
    const auto* object = m.instance.if_object();
    if (!object) return true;
    bool good = true;
    for (std::size_t i = 0; i != object->size(); ++i) {
        if ((*m.seen)[i]) continue;
        (*m.seen)[i] = true;
        const auto& member = object->begin()[i];
        if (allows_none(r.value)) good = tell(m.at, [&] { return "unexpected property " + quoted(member.key()); });
        else if (!member_fits(r.value, m, member)) good = false;
        if (!good && !is_reporting()) return false;
    }
    return good;
}

}  // namespace toolrack::schema
