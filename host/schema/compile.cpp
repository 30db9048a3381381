#include "schema/compiler.hpp"
#include "schema/metaschema.hpp"
#include "schema/refused.hpp"
#include "schema/uri.hpp"

#include <utility>

namespace toolrack::schema {
namespace {

compiled build(const boost::json::value& schema, const std::string& uri, const limits& bounds, const registry& others) {
    documents all(bounds, others);
    all.add(schema, uri);
    return compiled(std::make_unique<program>(compiler(all, bounds).make(schema)));
}

// Metaschemas are trusted, and a large schema is a large value for them.
limits for_metaschemas() {
    limits bounds;
    bounds.steps = 1'000'000'000;
    bounds.faults = 1;
    return bounds;
}

// One of the two published metaschemas. Compiled once, because compiling it for every schema is too slow.
const compiled& published(draft version) {
    const auto made = [](const char* uri) { return build(metaschemas().at(uri), uri, for_metaschemas(), {}); };
    static const compiled y2020 = made("https://json-schema.org/draft/2020-12/schema");
    static const compiled seven = made("http://json-schema.org/draft-07/schema");
    return version == draft::seven ? seven : y2020;
}

std::vector<fault> check_against_metaschema(const boost::json::value& schema, const registry& others) {
    const auto* object = schema.if_object();
    const auto* name = object ? object->if_contains("$schema") : nullptr;
    if (!name) return published(draft::y2020).check(schema);
    if (const auto rules = published_dialect(name->as_string())) return published(rules->version).check(schema);
    const std::string uri(uri::split(name->as_string()).document);
    const auto& given = others.contains(uri) ? others : metaschemas();  // one has it: see dialect_of
    return build(given.at(uri), uri, for_metaschemas(), others).check(schema);
}

}  // namespace

boost::system::result<compiled, defect>
compile(const boost::json::value& schema, const limits& bounds, const registry& others) {
    try {
        auto made = build(schema, "", bounds, others);
        if (auto faults = check_against_metaschema(schema, others); !faults.empty())
            return defect{std::move(faults[0].pointer), std::move(faults[0].what)};
        return made;
    } catch (refused& no) {
        return std::move(no.why);
    }
}

program compiler::make(const value& root) {
    node_for(root);
    for (std::size_t next = 0; next != sources_.size(); ++next) {
        const auto& schema = *sources_[next];
        enter(schema);
        auto made = make_node(schema);  // may add nodes
        made_.nodes[next] = std::move(made);
    }
    if (const auto id = find_endless(made_.nodes))
        refuse(documents_.location_of(*sources_[*id]).pointer,
               "leads back to itself without looking at a smaller part of the value, expected a "
               "\"$ref\" that comes to an end");
    return std::move(made_);
}

node_id compiler::node_for(const value& schema) {
    const auto id = static_cast<node_id>(sources_.size());
    const auto [known, is_new] = ids_.emplace(&schema, id);
    if (is_new) {
        sources_.push_back(&schema);
        made_.nodes.emplace_back();
    }
    return known->second;
}

// In an entered resource, a nested $dynamicRef may refer to any of its dynamic anchors.
void compiler::enter(const value& schema) {
    const auto id = documents_.location_of(schema).resource;
    if (made_.resources.size() <= id) made_.resources.resize(id + 1);
    auto& known = made_.resources[id];
    const auto& dynamic = documents_.resource_of(schema).dynamic;
    if (known.size() == dynamic.size()) return;
    known.clear();
    for (const auto& [name, anchored] : dynamic) known.emplace_back(name, node_for(*anchored));
}

node compiler::make_node(const value& schema) {
    node made;
    made.resource = documents_.location_of(schema).resource;
    if (const auto* flag = schema.if_bool()) {
        if (!*flag) made.types = types::none;
        return made;
    }
    const auto* source = schema.if_object();
    if (!source) refuse(documents_.location_of(schema).pointer, "not a schema, expected an object or a boolean");
    const auto rules = documents_.resource_of(schema).rules;  // a copy: resources may be added
    work w{schema, *source, rules, made};
    if (rules.is_old() && source->contains("$ref")) {
        references(w);
        definitions(w);
        return made;
    }
    if (rules.validation) {
        types_and_values(w);
        numbers(w);
        strings(w);
        counts(w);
        needed_members(w);
    }
    if (rules.applicator) {
        member_schemas(w);
        item_schemas(w);
        contained(w);
        dependents(w);
    }
    references(w);
    if (rules.applicator) combinations(w);
    if (rules.unevaluated && !rules.is_old()) unevaluated(w);
    definitions(w);
    return made;
}

}  // namespace toolrack::schema
