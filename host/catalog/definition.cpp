#include "catalog/definition.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <toolrack/json.hpp>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace toolrack::catalog {
namespace {

constexpr std::size_t longest_definition = 1024 * 1024;
constexpr std::size_t longest_name = 128;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_name && std::all_of(name.begin(), name.end(), is_name_character);
}

// The definition again, on one line, under the name that clients use.
std::string renamed(const json::value& definition, std::string_view name) {
    std::string text = "{\"name\":";
    json::write_string(text, name);
    for (const auto& member : definition) {
        if (member.key_is("name")) continue;
        text += ',';
        json::write_string(text, member.key());
        text += ':';
        text += member.text();
    }
    text += '}';
    std::replace(text.begin(), text.end(), '\n', ' ');  // only between values: strings escape theirs
    std::replace(text.begin(), text.end(), '\r', ' ');
    return text;
}

}  // namespace

result<tool, complaint> read_tool(const plugin::feature& said, std::shared_ptr<plugin::instance> from) {
    if (said.definition.size() > longest_definition) return complain("its definition is longer than 1 MiB");
    if (!is_utf8(said.definition)) return complain("its definition is not UTF-8");
    if (const auto fault = wire::check_json(said.definition))
        return complain("its definition is not acceptable: " + std::string(to_string(fault->kind)));
    const json::value definition(said.definition);
    if (!definition.is_object()) return complain("its definition is not a JSON object");

    const auto name = wire::string_member(definition, "name");
    if (!name) return complain("its definition has no string \"name\"");
    tool made;
    made.own_name = *name;
    made.name = from->settings().prefix + *name;
    if (!is_name(made.name))
        return complain("the name \"" + printable(made.name, 140) +
                        "\" is not one: names have 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'");
    if (const auto description = definition.find("description"); description && !description->is_string())
        return complain("its \"description\" is not a string");

    const auto input = definition.find("inputSchema");
    if (!input || !input->is_object()) return complain("its definition has no object \"inputSchema\"");
    if (wire::string_member(*input, "type") != "object")
        return complain("its inputSchema must say \"type\": \"object\"");
    auto compiled = schema::compile(boost::json::parse(input->text()));
    if (!compiled) return complain("its inputSchema is not a JSON Schema: " + compiled.error().text());
    made.input = std::make_shared<const schema::compiled>(std::move(*compiled));

    if (const auto output = definition.find("outputSchema")) {
        if (!output->is_object()) return complain("its outputSchema is not an object");
        if (const auto checked = schema::compile(boost::json::parse(output->text())); !checked)
            return complain("its outputSchema is not a JSON Schema: " + checked.error().text());
    }

    if (!said.attributes.empty()) {
        const json::value attributes(said.attributes);
        if (wire::check_json(said.attributes) || !attributes.is_object())
            return complain("its attributes are not a JSON object");
        const auto quick = attributes.find("quick");
        made.quick = quick && quick->is_bool() && quick->boolean();
    }

    made.definition = renamed(definition, made.name);
    made.from = std::move(from);
    return made;
}

}  // namespace toolrack::catalog
