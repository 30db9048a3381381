#include "plugin/description.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <toolrack/json.hpp>

#include "base/text.hpp"
#include "plugin/needs.hpp"
#include "wire/json.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::string_view no_options = R"({"type":"object","additionalProperties":false})";

bool is_printable(std::string_view text, std::size_t most) {
    return !text.empty() && text.size() <= most && printable(text) == text;
}

}  // namespace

bool description::offers(std::string_view kind) const {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

result<description, complaint>
read_description(std::string_view id, std::string_view version, unsigned abi_minor, std::string_view json) {
    if (!is_printable(id, 128)) return complain("its table has no usable id");
    if (!is_printable(version, 64)) return complain("its table has no usable version");
    if (const auto fault = wire::check_json(json))
        return complain("its description is invalid: " + std::string(to_string(fault->kind)));
    const json::value root(json);
    if (!root.is_object()) return complain("its description is not a JSON object");

    description about;
    about.id = id;
    about.version = version;
    about.abi_minor = abi_minor;
    about.json = json;

    const auto kinds = root.find("kinds");
    if (!kinds || !kinds->is_array()) return complain("its description has no array \"kinds\"");
    for (const auto& kind : *kinds) {
        if (!kind.is_string()) return complain("its description has a kind that is not a string");
        about.kinds.push_back(kind.str());
    }
    const auto needs = root.find("needs");
    about.needs = needs ? needs->text() : std::string_view("{}");
    if (const auto read = read_needs(about.needs); !read) return read.error();

    const auto options = root.find("options");
    about.options_schema = options ? options->text() : no_options;
    auto compiled = schema::compile(boost::json::parse(about.options_schema));
    if (!compiled) return complain("the schema of its options is not a valid JSON Schema: " + compiled.error().text());
    about.options = std::make_shared<const schema::compiled>(std::move(*compiled));
    return about;
}

std::optional<std::string> options_error(const config::options& options, const description& about) {
    const auto faults = about.options->check(boost::json::parse(options.json));
    if (faults.empty()) return std::nullopt;

    // Without the value that was found: options may contain secrets.
    const auto& first = faults.front();
    const auto sentence = first.sentence("options");
    std::string why = "its options are invalid: " + sentence.substr(0, sentence.find(", found "));
    // For a missing or unknown key the place is that of its table.
    if (const auto place = options.locations.find(first.pointer); place != options.locations.end())
        why += " (" + to_string(place->second) + ")";
    return why;
}

}  // namespace toolrack::plugin
