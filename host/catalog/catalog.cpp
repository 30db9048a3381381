#include "catalog/catalog.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <toolrack/json.hpp>
#include <unordered_map>

#include "base/text.hpp"
#include "catalog/rules.hpp"
#include "wire/json.hpp"

namespace toolrack::catalog {
namespace {

// The name of a feature in an error message, before the definition is validated.
std::string shown_name(const plugin::feature& feature) {
    if (is_utf8(feature.definition))
        for (const char* member : {"name", "uri", "uriTemplate"})
            if (const auto name = wire::string_member(json::value(feature.definition), member))
                return printable(feature.kind, 40) + " \"" + printable(*name, 140) + '"';
    return "a " + printable(feature.kind, 40);
}

// Appends a valid feature; returns the reason when it is invalid.
template <typename Entry>
std::string add_entry(std::vector<Entry>& into, result<Entry, complaint> read) {
    if (!read) return read.error().why();
    into.push_back(std::move(*read));
    return {};
}

std::string add_entry(offer& into, const plugin::feature& feature, const std::shared_ptr<plugin::instance>& from) {
    if (feature.kind == "tool") return add_entry(into.tools, read_tool(feature, from));
    if (feature.kind == "prompt") return add_entry(into.prompts, read_prompt(feature, from));
    if (feature.kind == "resource") return add_entry(into.resources, read_resource(feature, from));
    if (feature.kind == "template") return add_entry(into.templates, read_template(feature, from));
    return "this version of toolrack does not support this kind of feature";
}

// The URI or template of a feature that is not served but that its plugin would answer for; else empty.
std::optional<left_out> still_read(const plugin::feature& feature, const std::shared_ptr<plugin::instance>& from) {
    const bool is_template = feature.kind == "template";
    if ((!is_template && feature.kind != "resource") || !is_utf8(feature.definition)) return std::nullopt;
    auto name = wire::string_member(json::value(feature.definition), is_template ? "uriTemplate" : "uri");
    if (!name) return std::nullopt;
    left_out one{from, std::move(*name), std::nullopt};
    try {
        if (is_template) one.pattern.emplace(one.name);
    } catch (const std::invalid_argument&) {
        return std::nullopt;  // matches nothing
    }
    return one;
}

// Malformed escapes are left as they are.
std::string percent_decoded(std::string_view uri) {
    std::string out;
    for (std::size_t at = 0; at < uri.size(); ++at) {
        unsigned char byte = 0;
        const char* digits = uri.data() + at + 1;
        if (uri[at] == '%' && at + 2 < uri.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            at += 2;
        } else {
            out += uri[at];
        }
    }
    return out;
}

// For tools and prompts; URIs have no prefix.
constexpr const char* by_prefix = "; set a prefix for one of them";

// All features of one kind; the first of each name.
template <typename Entry>
std::vector<Entry> gathered(std::vector<offer>& offers,
                            std::vector<Entry> offer::*kind,
                            const char* called,
                            const char* remedy,
                            std::vector<omission>& omissions) {
    std::vector<Entry> all;
    std::unordered_map<std::string, std::string> first;  // name to instance
    for (auto& offer : offers) {
        for (auto& one : offer.*kind) {
            const auto [known, is_new] = first.emplace(one.name, one.from->name());
            if (is_new) {
                all.push_back(std::move(one));
                continue;
            }
            const auto why = known->second == one.from->name()
                                 ? std::string("it is listed twice")
                                 : '"' + known->second + "\" already has a " + called + " of that name" + remedy;
            omissions.push_back(
                {one.from->name(), std::string(called) + " \"" + one.name + "\" is not served: " + why});
        }
    }
    return all;
}

// Removes the tools that are not annotated as read-only.
void withhold(offer& from) {
    for (const auto& one : from.tools)
        if (!one.changes_nothing) from.withheld.push_back(one.name);
    std::erase_if(from.tools, [](const tool& one) { return !one.changes_nothing; });
}

}  // namespace

result<offer, complaint> list_features(const std::shared_ptr<plugin::instance>& instance) {
    auto listed = instance->list();
    if (!listed) return listed.error();

    offer made;
    for (const auto& feature : *listed) {
        const auto why = add_entry(made, feature, instance);
        if (why.empty()) continue;
        made.omissions.push_back({instance->name(), shown_name(feature) + " is not served: " + why});
        if (auto one = still_read(feature, instance)) made.unserved.push_back(std::move(*one));
    }
    std::vector<std::string> own_names;
    for (const auto& one : made.tools) own_names.push_back(one.own_name);
    made.warnings = unused_rules(instance->settings(), own_names);
    if (instance->settings().read_only) withhold(made);
    return made;
}

catalog::catalog(std::vector<offer> offers, std::size_t page_size, std::vector<omission>& omissions) {
    for (auto& offer : offers)
        for (auto& omission : offer.omissions) omissions.push_back(std::move(omission));
    for (auto& offer : offers)
        for (auto& name : offer.withheld) withheld_.insert(std::move(name));
    for (auto& offer : offers)
        for (auto& one : offer.unserved) unserved_.push_back(std::move(one));
    tools_ = {"tools", gathered(offers, &offer::tools, "tool", by_prefix, omissions), page_size};
    prompts_ = {"prompts", gathered(offers, &offer::prompts, "prompt", by_prefix, omissions), page_size};
    resources_ = {"resources", gathered(offers, &offer::resources, "resource", "", omissions), page_size};
    templates_ = {
        "resourceTemplates", gathered(offers, &offer::templates, "resource template", "", omissions), page_size};
}

const listed* catalog::find_reader(std::string_view uri) const {
    // A plugin cannot have a resource with such a URI, and a template must not match it.
    if (uri.size() > longest_uri || !is_utf8(percent_decoded(uri))) return nullptr;
    if (const auto* resource = resources_.find(uri)) return resource;
    for (const auto& one : templates_.entries())
        if (one.pattern.match(uri) && !is_unserved(one.from.get(), uri)) return &one;
    return nullptr;
}

bool catalog::is_unserved(const plugin::instance* from, std::string_view uri) const {
    return std::ranges::any_of(unserved_,
                               [&](const left_out& one) { return one.from.get() == from && one.matches(uri); });
}

}  // namespace toolrack::catalog
