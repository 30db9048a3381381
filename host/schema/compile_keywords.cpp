#include "schema/compiler.hpp"

#include "schema/describe.hpp"
#include "schema/refused.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace toolrack::schema {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, type_set>, 7> type_names{{
    {"array", types::array},
    {"boolean", types::boolean},
    {"integer", types::integer},
    {"null", types::null},
    {"number", types::number | types::integer},
    {"object", types::object},
    {"string", types::string},
}};

// The tighter of an inclusive and an exclusive bound.
struct bound {
    std::optional<number> at;
    bool is_exclusive = false;
};

bound lower(std::optional<number> inclusive, std::optional<number> exclusive) {
    const bool second = exclusive && (!inclusive || *exclusive >= *inclusive);
    return {second ? exclusive : inclusive, second};
}

bound upper(std::optional<number> inclusive, std::optional<number> exclusive) {
    const bool second = exclusive && (!inclusive || *exclusive <= *inclusive);
    return {second ? exclusive : inclusive, second};
}

}  // namespace

void compiler::types_and_values(work& w) {
    const auto one = [&](const value& name) {
        const auto* known = std::ranges::find_if(
            type_names, [&](const auto& t) { return name.is_string() && name.get_string() == t.first; });
        if (known == type_names.end())
            refuse_at(w,
                      "type",
                      "unknown type " + show(name) +
                          ", expected \"array\", \"boolean\", \"integer\", \"null\", \"number\", "
                          "\"object\" or \"string\"");
        return known->second;
    };
    if (const auto* type = w.source.if_contains("type")) {
        if (const auto* several = type->if_array()) {
            if (several->empty()) refuse_at(w, "type", "empty, expected at least one type");
            w.made.types = types::none;
            for (const auto& name : *several) w.made.types |= one(name);
        } else {
            w.made.types = one(*type);
        }
    }
    // Copied away from the schema's memory resource, which a plain copy would share.
    const auto keep = [](one_of_values& kept, const value& v) { kept.values.emplace_back(v, json::storage_ptr()); };
    if (const auto* several = array_at(w, "enum")) {
        one_of_values kept;
        for (const auto& each : *several) keep(kept, each);
        w.made.rules.push_back(std::move(kept));
    }
    if (const auto* only = w.source.if_contains("const")) {
        one_of_values kept;
        keep(kept, *only);
        w.made.rules.push_back(std::move(kept));
    }
}

void compiler::numbers(work& w) {
    const auto low = lower(number_at(w, "minimum"), number_at(w, "exclusiveMinimum"));
    const auto high = upper(number_at(w, "maximum"), number_at(w, "exclusiveMaximum"));
    if (low.at || high.at) w.made.rules.push_back(number_range{low.at, high.at, low.is_exclusive, high.is_exclusive});
    if (const auto divisor = number_at(w, "multipleOf")) {
        if (!divisor->is_positive()) refuse_at(w, "multipleOf", "not greater than 0, expected a number greater than 0");
        w.made.rules.push_back(multiple_of{*divisor});
    }
}

void compiler::strings(work& w) {
    range_at<text_length>(w, "minLength", "maxLength");
    if (const auto source = text_at(w, "pattern")) w.made.rules.push_back(matches{pattern_from(w, "pattern", *source)});
}

void compiler::counts(work& w) {
    range_at<item_count>(w, "minItems", "maxItems");
    range_at<member_count>(w, "minProperties", "maxProperties");
    if (flag_at(w, "uniqueItems")) w.made.rules.push_back(unique_items{});
}

void compiler::needed_members(work& w) {
    if (const auto* list = w.source.if_contains("required"))
        if (auto names = names_in(w, "required", *list); !names.empty())
            w.made.rules.push_back(required{std::move(names)});
    if (w.rules.is_old()) return;
    if (const auto* all = object_at(w, "dependentRequired"))
        for (const auto& [name, needs] : *all)
            w.made.rules.push_back(dependent_required{name, names_in(w, "dependentRequired", needs)});
}

void compiler::member_schemas(work& w) {
    members all;
    if (const auto* named = object_at(w, "properties"))
        for (const auto& [name, schema] : *named) all.properties.push_back({name, node_for(schema)});
    std::ranges::sort(all.properties, {}, &members::named::name);
    if (const auto* matching = object_at(w, "patternProperties"))
        for (const auto& [source, schema] : *matching)
            all.patterns.push_back({pattern_from(w, "patternProperties", source), node_for(schema)});
    all.rest = schema_at(w, "additionalProperties");
    if (!all.properties.empty() || !all.patterns.empty() || all.rest) w.made.rules.push_back(std::move(all));
    if (const auto name = schema_at(w, "propertyNames")) w.made.rules.push_back(property_names{*name});
}

// `prefixItems` and `items`; in draft 7 an array of `items` and `additionalItems`.
void compiler::item_schemas(work& w) {
    items all;
    const auto* listed = w.source.if_contains("items");
    const bool is_tuple = w.rules.is_old() && listed && listed->is_array();
    all.first =
        w.rules.is_old() ? is_tuple ? schemas_at(w, "items") : std::vector<node_id>{} : schemas_at(w, "prefixItems");
    all.rest = schema_at(w, is_tuple ? "additionalItems" : "items");
    if (!all.first.empty() || all.rest) w.made.rules.push_back(std::move(all));
}

void compiler::contained(work& w) {
    const auto item = schema_at(w, "contains");
    if (!item) return;
    contains rule;
    rule.item = *item;
    rule.least = 1;
    rule.evaluates = !w.rules.is_old();
    if (!w.rules.is_old() && w.rules.validation) {
        rule.least = count_at(w, "minContains").value_or(rule.least);
        rule.most = count_at(w, "maxContains").value_or(rule.most);
    }
    w.made.rules.push_back(rule);
}

// `dependencies` applies in 2020-12 too, because existing schemas use it.
void compiler::dependents(work& w) {
    if (const auto* all = object_at(w, "dependencies"))
        for (const auto& [name, needs] : *all) {
            if (needs.is_array()) w.made.rules.push_back(dependent_required{name, names_in(w, "dependencies", needs)});
            else w.made.rules.push_back(dependent_schema{name, node_for(needs)});
        }
    if (w.rules.is_old()) return;
    if (const auto* all = object_at(w, "dependentSchemas"))
        for (const auto& [name, schema] : *all) w.made.rules.push_back(dependent_schema{name, node_for(schema)});
}

void compiler::references(work& w) {
    if (const auto to = text_at(w, "$ref"))
        w.made.rules.push_back(reference{node_for(documents_.follow(w.schema, "$ref", *to))});
    if (w.rules.is_old()) return;
    const auto to = text_at(w, "$dynamicRef");
    if (!to) return;
    // Dynamic only when it leads, as it stands, to a dynamic anchor of that very name.
    const auto& target = documents_.follow(w.schema, "$dynamicRef", *to);
    for (const auto& [name, anchored] : documents_.resource_of(target).dynamic)
        if (anchored == &target && to->ends_with("#" + name)) {
            w.made.rules.push_back(dynamic_reference{node_for(target), name});
            return;
        }
    w.made.rules.push_back(reference{node_for(target)});
}

void compiler::combinations(work& w) {
    if (auto all = schemas_at(w, "allOf"); !all.empty()) w.made.rules.push_back(all_of{std::move(all)});
    if (auto any = schemas_at(w, "anyOf"); !any.empty()) w.made.rules.push_back(any_of{std::move(any)});
    if (auto one = schemas_at(w, "oneOf"); !one.empty()) w.made.rules.push_back(one_of{std::move(one)});
    if (const auto none = schema_at(w, "not")) w.made.rules.push_back(none_of{*none});
    const auto then = schema_at(w, "then"), otherwise = schema_at(w, "else");
    if (const auto condition = schema_at(w, "if")) w.made.rules.push_back(conditional{*condition, then, otherwise});
}

void compiler::unevaluated(work& w) {
    const auto item = schema_at(w, "unevaluatedItems");
    const auto member = schema_at(w, "unevaluatedProperties");
    if (item) w.made.rules.push_back(unevaluated_items{*item});
    if (member) w.made.rules.push_back(unevaluated_members{*member});
    w.made.tracks = item || member;
}

// Unused definitions are compiled too, so that their errors are reported.
void compiler::definitions(work& w) {
    for (const std::string_view keyword : {"$defs", "definitions"})
        if (subschemas_of(w.rules, keyword))
            if (const auto* all = object_at(w, keyword))
                for (const auto& member : *all) node_for(member.value());
}

void compiler::refuse_at(const work& w, std::string_view keyword, std::string sentence) const {
    refuse(documents_.location_of(w.schema).pointer + "/" + std::string(keyword), std::move(sentence));
}

std::optional<number> compiler::number_at(const work& w, std::string_view keyword) const {
    const auto* v = w.source.if_contains(keyword);
    if (!v) return std::nullopt;
    const auto n = number::from(*v);
    if (!n) refuse_at(w, keyword, "expected a number, found " + show(*v));
    return n;
}

std::optional<std::uint64_t> compiler::count_at(const work& w, std::string_view keyword) const {
    const auto n = number_at(w, keyword);
    if (n && !n->count()) refuse_at(w, keyword, "expected an integer of at least 0, found " + n->text());
    return n ? n->count() : std::nullopt;
}

std::optional<std::string_view> compiler::text_at(const work& w, std::string_view keyword) const {
    const auto* v = w.source.if_contains(keyword);
    if (!v) return std::nullopt;
    if (!v->is_string()) refuse_at(w, keyword, "expected a string, found " + show(*v));
    return std::string_view(v->get_string());
}

const json::object* compiler::object_at(const work& w, std::string_view keyword) const {
    const auto* v = w.source.if_contains(keyword);
    if (v && !v->is_object()) refuse_at(w, keyword, "expected an object, found " + show(*v));
    return v ? &v->get_object() : nullptr;
}

const json::array* compiler::array_at(const work& w, std::string_view keyword) const {
    const auto* v = w.source.if_contains(keyword);
    if (v && !v->is_array()) refuse_at(w, keyword, "expected an array, found " + show(*v));
    return v ? &v->get_array() : nullptr;
}

bool compiler::flag_at(const work& w, std::string_view keyword) const {
    const auto* v = w.source.if_contains(keyword);
    if (v && !v->is_bool()) refuse_at(w, keyword, "expected true or false, found " + show(*v));
    return v && v->get_bool();
}

std::optional<node_id> compiler::schema_at(const work& w, std::string_view keyword) {
    const auto* v = w.source.if_contains(keyword);
    return v ? std::optional(node_for(*v)) : std::nullopt;
}

std::vector<node_id> compiler::schemas_at(const work& w, std::string_view keyword) {
    std::vector<node_id> all;
    const auto* list = array_at(w, keyword);
    if (!list) return all;
    if (list->empty()) refuse_at(w, keyword, "empty, expected at least one schema");
    for (const auto& schema : *list) all.push_back(node_for(schema));
    return all;
}

std::vector<std::string> compiler::names_in(const work& w, std::string_view keyword, const value& list) const {
    const auto* names = list.if_array();
    if (!names) refuse_at(w, keyword, "expected an array of names, found " + show(list));
    std::vector<std::string> all;
    for (const auto& name : *names) {
        if (!name.is_string()) refuse_at(w, keyword, "expected a name, found " + show(name));
        all.emplace_back(name.get_string());
    }
    return all;
}

pattern compiler::pattern_from(const work& w, std::string_view keyword, std::string_view source) const {
    auto made = pattern::from(std::string(source));
    if (!made) refuse_at(w, keyword, "expected a regular expression, found " + quoted(source) + ": " + made.error());
    return std::move(*made);
}

template <class Count>
void compiler::range_at(work& w, std::string_view least, std::string_view most) const {
    const auto low = count_at(w, least), high = count_at(w, most);
    if (!low && !high) return;
    Count range;
    range.least = low.value_or(range.least);
    range.most = high.value_or(range.most);
    w.made.rules.push_back(range);
}

}  // namespace toolrack::schema
