#include "schema/documents.hpp"

#include "schema/metaschema.hpp"
#include "schema/refused.hpp"
#include "schema/uri.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace toolrack::schema {
namespace {

namespace json = boost::json;

bool is_deeper_than(const json::value& v, std::size_t levels) {
    const auto inner = [&](const json::value& part) { return levels == 0 || is_deeper_than(part, levels - 1); };
    if (const auto* items = v.if_array())
        for (const auto& item : *items)
            if (inner(item)) return true;
    if (const auto* members = v.if_object())
        for (const auto& member : *members)
            if (inner(member.value())) return true;
    return false;
}

// The string of a keyword that must be a string, if present.
std::optional<std::string_view>
text_of(const json::object& schema, std::string_view keyword, const std::string& pointer) {
    const auto* v = schema.if_contains(keyword);
    if (!v) return std::nullopt;
    if (!v->is_string()) refuse(pointer + "/" + std::string(keyword), "not a string, expected a string");
    return std::string_view(v->get_string());
}

// RFC 6901 and its escapes.
std::string escaped(std::string_view token) {
    std::string out;
    for (const char c : token) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
}

std::string unescaped(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i != token.size(); ++i) {
        const auto next = token.substr(i + 1, 1);
        const bool escape = token[i] == '~' && (next == "0" || next == "1");
        out += !escape ? token[i] : next == "0" ? '~' : '/';
        i += escape;
    }
    return out;
}

const json::value* step(const json::value& from, const std::string& token) {
    if (const auto* members = from.if_object()) return members->if_contains(token);
    const auto* items = from.if_array();
    std::size_t index = 0;
    const auto* end = token.data() + token.size();
    if (!items || std::from_chars(token.data(), end, index).ptr != end || token.empty()) return nullptr;
    return items->if_contains(index);
}

}  // namespace

void documents::add(const json::value& document, const std::string& uri, const dialect& otherwise) {
    const auto prefix = uri.empty() ? "" : uri + "#";
    if (is_deeper_than(document, bounds_.depth))
        refuse(prefix, "nested too deeply, expected at most " + std::to_string(bounds_.depth) + " levels");
    const auto id = static_cast<std::uint32_t>(resources_.size());
    resources_.push_back({uri, otherwise, &document, {}, {}});
    by_uri_.emplace(uri, id);
    if (const auto* schema = document.if_object()) resources_[id].rules = dialect_of(*schema, otherwise, prefix);
    map(document, id, prefix);
}

// Adds a schema and all its subschemas. The root of a document has its resource already, and may rename it.
void documents::map(const json::value& schema, std::uint32_t in, const std::string& pointer) {
    if (schemas_.contains(&schema)) return;
    if (schemas_.size() == bounds_.subschemas)
        refuse(pointer, "too many schemas in the schema, expected at most " + std::to_string(bounds_.subschemas));
    location here{in, pointer};
    const auto* object = schema.if_object();
    // In draft 7, nothing beside a $ref counts; only its definitions are reached by others.
    const bool only_refers = object && resources_[in].rules.is_old() && object->contains("$ref");
    if (object && !only_refers) here.resource = name_resource(schema, here);
    schemas_.emplace(&schema, here);
    if (!object) return;
    if (!only_refers) {
        name_anchors(schema, here);
        return map_inside(*object, here);
    }
    if (const auto* definitions = object->if_contains("definitions"))
        map_members(*definitions, {in, pointer + "/definitions"}, false);
}

void documents::map_inside(const json::object& schema, const location& here) {
    for (const auto& [keyword, value] : schema) {
        const auto shape = subschemas_of(resources_[here.resource].rules, keyword);
        if (!shape) continue;
        const location inside{here.resource, here.pointer + "/" + std::string(keyword)};
        switch (*shape) {
        case holds::one: map(value, inside.resource, inside.pointer); break;
        case holds::list: map_items(value, inside); break;
        case holds::one_or_list:
            value.is_array() ? map_items(value, inside) : map(value, inside.resource, inside.pointer);
            break;
        case holds::map:
        case holds::map_or_names: map_members(value, inside, *shape == holds::map_or_names); break;
        }
    }
}

void documents::map_members(const json::value& schemas, const location& here, bool skip_arrays) {
    const auto* members = schemas.if_object();
    if (!members) refuse(here.pointer, "not an object, expected an object of schemas");
    for (const auto& [name, value] : *members)
        if (!skip_arrays || !value.is_array()) map(value, here.resource, here.pointer + "/" + escaped(name));
}

void documents::map_items(const json::value& schemas, const location& here) {
    const auto* list = schemas.if_array();
    if (!list) refuse(here.pointer, "not an array, expected an array of schemas");
    for (std::size_t i = 0; i != list->size(); ++i)
        map((*list)[i], here.resource, here.pointer + "/" + std::to_string(i));
}

// The resource that `$id` starts, or else the enclosing one.
std::uint32_t documents::name_resource(const json::value& schema, const location& here) {
    const auto& object = schema.get_object();
    const auto text = text_of(object, "$id", here.pointer);
    if (!text || text->starts_with('#')) return here.resource;
    const auto& outer = resources_[here.resource];
    const auto resolved = uri::resolve(outer.uri, *text);
    const std::string uri(uri::split(resolved).document);

    const bool is_root = outer.root == &schema;
    const auto id = is_root ? here.resource : static_cast<std::uint32_t>(resources_.size());
    const auto [known, is_new] = by_uri_.emplace(uri, id);
    if (!is_new && known->second != id)
        refuse(here.pointer + "/$id", "a second schema named \"" + uri + "\", expected one");
    if (is_root) resources_[id].uri = uri;
    else resources_.push_back({uri, dialect_of(object, outer.rules, here.pointer), &schema, {}, {}});
    return id;
}

void documents::name_anchors(const json::value& schema, const location& here) {
    const auto& object = schema.get_object();
    auto& names = resources_[here.resource];
    if (names.rules.is_old()) {
        if (const auto id = text_of(object, "$id", here.pointer))
            add_anchor(names.plain, uri::split(*id).fragment, schema, here);
        return;
    }
    if (const auto name = text_of(object, "$anchor", here.pointer)) add_anchor(names.plain, *name, schema, here);
    if (const auto name = text_of(object, "$dynamicAnchor", here.pointer)) {
        add_anchor(names.plain, *name, schema, here);
        add_anchor(names.dynamic, *name, schema, here);
    }
}

void documents::add_anchor(anchors& to, std::string_view name, const json::value& schema, const location& here) {
    if (name.empty()) return;
    const auto [known, is_new] = to.emplace(name, &schema);
    if (!is_new && known->second != &schema)
        refuse(here.pointer, "a second anchor \"" + std::string(name) + "\", expected one");
}

// The dialect of `$schema`: a published metaschema, or one of the registry with `$vocabulary`.
dialect documents::dialect_of(const json::object& schema, const dialect& otherwise, const std::string& pointer) const {
    const auto name = text_of(schema, "$schema", pointer);
    if (!name) return otherwise;
    if (const auto published = published_dialect(*name)) return *published;
    const auto* custom = retrieve(uri::split(*name).document);
    if (!custom || !custom->is_object())
        refuse(pointer + "/$schema",
               "unknown dialect \"" + std::string(*name) +
                   "\", expected \"https://json-schema.org/draft/2020-12/schema\" or "
                   "\"http://json-schema.org/draft-07/schema#\"");
    const auto* vocabularies = custom->get_object().if_contains("$vocabulary");
    if (!vocabularies || !vocabularies->is_object()) {
        const auto* own = custom->get_object().if_contains("$schema");
        return own && own->is_string() ? published_dialect(own->get_string()).value_or(otherwise) : otherwise;
    }
    const auto answer = dialect_of_vocabularies(vocabularies->get_object());
    if (!answer.unknown.empty())
        refuse(pointer + "/$schema",
               "needs the vocabulary \"" + std::string(answer.unknown) + "\", which is not known here");
    return answer.rules;
}

const json::value* documents::retrieve(std::string_view uri) const {
    for (const auto* all : {&others_, &metaschemas()})
        if (const auto found = all->find(uri); found != all->end()) return &found->second;
    return nullptr;
}

const json::value& documents::follow(const json::value& from, std::string_view keyword, std::string_view reference) {
    const auto* target = locate(uri::resolve(resource_of(from).uri, reference), resource_of(from).rules);
    if (!target)
        refuse(location_of(from).pointer + "/" + std::string(keyword),
               "leads nowhere: \"" + std::string(reference) +
                   "\", expected a schema inside this document; nothing is fetched");
    return *target;
}

const json::value* documents::locate(const std::string& uri, const dialect& otherwise) {
    const auto [document, fragment] = uri::split(uri);
    auto found = by_uri_.find(document);
    if (found == by_uri_.end()) {
        const auto* retrieved = retrieve(document);
        if (!retrieved) return nullptr;
        add(*retrieved, std::string(document),
            dialect(otherwise));  // a copy: it may live in resources_
        found = by_uri_.find(document);
    }
    const auto name = uri::decoded(fragment);
    if (name.empty()) return resources_[found->second].root;
    if (name.starts_with('/')) return at_pointer(found->second, name);
    const auto& names = resources_[found->second].plain;
    const auto anchor = names.find(name);
    return anchor == names.end() ? nullptr : anchor->second;
}

// The path may lead into a nested resource; the last schema on it determines which.
const json::value* documents::at_pointer(std::uint32_t in, std::string_view pointer) {
    const auto* at = resources_[in].root;
    auto here = location_of(*at);
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const auto token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        at = step(*at, unescaped(token));
        if (!at) return nullptr;
        here.pointer.append("/").append(token);
        if (const auto known = schemas_.find(at); known != schemas_.end()) here.resource = known->second.resource;
    }
    map(*at, here.resource, here.pointer);
    return at;
}

const location& documents::location_of(const json::value& schema) const { return schemas_.at(&schema); }

const resource& documents::resource_of(const json::value& schema) const {
    return resources_[location_of(schema).resource];
}

}  // namespace toolrack::schema
