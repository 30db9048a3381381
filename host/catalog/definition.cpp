#include "catalog/definition.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <optional>
#include <stdexcept>
#include <toolrack/json.hpp>

#include "base/text.hpp"
#include "catalog/rules.hpp"
#include "identity/scope.hpp"
#include "wire/json.hpp"

namespace toolrack::catalog {
namespace {

constexpr std::size_t longest_definition = 1024 * 1024;
constexpr std::size_t longest_name = 128;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

// A scheme and at least one more character, without white space and control characters. (RFC 3986 3.1; the rest is up
// to the plugin.)
bool is_uri(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_name && std::all_of(name.begin(), name.end(), is_name_character);
}

// The definition on one line, with `name` as its `member`.
std::string renamed(const json::value& definition, std::string_view member_name, std::string_view name) {
    std::string text = "{";
    json::write_string(text, member_name);
    text += ':';
    json::write_string(text, name);
    wire::append_members(text, definition, {member_name});
    text += '}';
    wire::put_on_one_line(text);
    return text;
}

// The scopes that the plugin suggests; empty when it suggests none.
result<std::optional<std::vector<std::string>>, complaint> read_scopes(const json::value& attributes) {
    const auto array = attributes.find("scopes");
    if (!array) return std::optional<std::vector<std::string>>();
    std::vector<std::string> scopes;
    bool is_good = array->is_array();
    if (is_good)
        for (const auto& one : *array) {
            is_good = is_good && one.is_string() && identity::can_be_required(one.str());
            if (is_good) scopes.push_back(one.str());
        }
    if (!is_good)
        return complain("its attribute \"scopes\" is not an array of valid scopes such as "
                        "[\"orders:read\"]");
    return std::optional(std::move(scopes));
}

// Reads the common part. `named_by` is the member with the name of the feature; `prefixed` whether the prefix of the
// instance applies.
std::optional<complaint> read_common(const plugin::feature& feature,
                                     std::shared_ptr<plugin::instance> from,
                                     std::string_view named_by,
                                     bool prefixed,
                                     listed& made) {
    if (feature.definition.size() > longest_definition) return complain("its definition is longer than 1 MiB");
    if (!is_utf8(feature.definition)) return complain("its definition is not UTF-8");
    if (const auto fault = wire::check_json(feature.definition))
        return complain("its definition is not acceptable: " + std::string(to_string(fault->kind)));
    const json::value definition(feature.definition);
    if (!definition.is_object()) return complain("its definition is not a JSON object");

    const auto name = wire::string_member(definition, named_by);
    if (!name) return complain("its definition has no string \"" + std::string(named_by) + '"');
    made.own_name = *name;
    made.name = prefixed ? from->settings().prefix + *name : *name;
    if (prefixed && !is_name(made.name))
        return complain("the name \"" + printable(made.name, 140) +
                        "\" is invalid: a name has 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'");
    if (prefixed && config::is_reserved(made.name))
        return complain("the name \"" + printable(made.name, 140) +
                        "\" is reserved: names that begin with \"toolrack\" belong to the server itself");
    if (!prefixed && (made.name.size() > longest_uri || !is_uri(made.name)))
        return complain("\"" + printable(made.name, 140) + "\" is not a URI of at most 2048 characters");
    if (!prefixed && !wire::string_member(definition, "name")) return complain("its definition has no string \"name\"");
    if (const auto description = definition.find("description"); description && !description->is_string())
        return complain("its \"description\" is not a string");

    std::optional<std::vector<std::string>> suggested;
    if (!feature.attributes.empty()) {
        const json::value attributes(feature.attributes);
        if (wire::check_json(feature.attributes) || !attributes.is_object())
            return complain("its attributes are not a JSON object");
        const auto quick = attributes.find("quick");
        made.quick = quick && quick->is_bool() && quick->boolean();
        auto scopes = read_scopes(attributes);
        if (!scopes) return scopes.error();
        suggested = std::move(*scopes);
    }
    const auto& settings = from->settings();
    made.needs = feature.kind == "tool" ? required_of_tool(settings, made.own_name, suggested)
                                        : required_of_other(settings, suggested);
    made.definition = renamed(definition, named_by, made.name);
    made.from = std::move(from);
    return std::nullopt;
}

// Compiles the JSON Schema in `member` of a tool.
result<std::shared_ptr<const schema::compiled>, complaint> read_schema(const json::value& schema, const char* member) {
    auto compiled = schema::compile(boost::json::parse(schema.text()));
    if (!compiled) return complain("its " + std::string(member) + " is not a JSON Schema: " + compiled.error().text());
    return std::make_shared<const schema::compiled>(std::move(*compiled));
}

}  // namespace

result<tool, complaint> read_tool(const plugin::feature& feature, std::shared_ptr<plugin::instance> from) {
    tool made;
    if (auto why = read_common(feature, std::move(from), "name", true, made)) return std::move(*why);
    const json::value definition(feature.definition);

    const auto input = definition.find("inputSchema");
    if (!input || !input->is_object()) return complain("its definition has no object \"inputSchema\"");
    if (wire::string_member(*input, "type") != "object")
        return complain("its inputSchema must say \"type\": \"object\"");
    auto compiled = read_schema(*input, "inputSchema");
    if (!compiled) return compiled.error();
    made.input = std::move(*compiled);
    auto mirrored = read_param_headers(*input);
    if (!mirrored) return mirrored.error();
    made.mirrored = std::move(*mirrored);
    if (const auto output = definition.find("outputSchema")) {
        if (!output->is_object()) return complain("its outputSchema is not an object");
        if (const auto checked = read_schema(*output, "outputSchema"); !checked) return checked.error();
    }

    const auto annotations = definition.find("annotations");
    const auto hint = annotations ? annotations->find("readOnlyHint") : std::nullopt;
    made.changes_nothing = hint && hint->is_bool() && hint->boolean();
    made.timeout = timeout_of_tool(made.from->settings(), made.own_name);

    const json::value attributes(feature.attributes.empty() ? std::string_view("{}")
                                                            : std::string_view(feature.attributes));
    if (const auto task = wire::string_member(attributes, "task")) {
        if (*task != "optional" && *task != "required")
            return complain("its attribute \"task\" must be \"optional\" or \"required\"");
        made.task = *task == "required" ? task_support::required : task_support::optional;
    }
    return made;
}

result<prompt, complaint> read_prompt(const plugin::feature& feature, std::shared_ptr<plugin::instance> from) {
    prompt made;
    if (auto why = read_common(feature, std::move(from), "name", true, made)) return std::move(*why);
    const auto arguments = json::value(feature.definition).find("arguments");
    if (!arguments) return made;
    if (!arguments->is_array()) return complain("its \"arguments\" are not an array");
    for (const auto& argument : *arguments) {
        const auto name = wire::string_member(argument, "name");
        if (!name) return complain("one of its arguments has no string \"name\"");
        const auto required = argument.find("required");
        if (required && required->is_bool() && required->boolean()) made.required.push_back(*name);
    }
    return made;
}

result<resource, complaint> read_resource(const plugin::feature& feature, std::shared_ptr<plugin::instance> from) {
    resource made;
    if (auto why = read_common(feature, std::move(from), "uri", false, made)) return std::move(*why);
    return made;
}

result<resource_template, complaint> read_template(const plugin::feature& feature,
                                                   std::shared_ptr<plugin::instance> from) {
    resource_template made;
    if (auto why = read_common(feature, std::move(from), "uriTemplate", false, made)) return std::move(*why);
    try {
        made.pattern = uri_template(made.name);
    } catch (const std::invalid_argument& wrong) {
        return complain(wrong.what());
    }
    return made;
}

}  // namespace toolrack::catalog
