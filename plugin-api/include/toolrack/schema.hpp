// Builders for JSON Schema (JSON Schema 2020-12; server/tools, Schema Examples).
//
//     object({{"path", string("Where to look")},
//             {"depth", optional(integer("How far down").min(1).max(9).default_value(3))}})
//
// Properties are required unless optional. with("keyword", value) adds any other keyword, and
// schema(text) is a whole schema as JSON text, which clients see unchanged.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "toolrack/json.hpp"

namespace toolrack {

class schema {
public:
    explicit schema(std::string json_text) : json_(json::raw(std::move(json_text))) {}

    // The inclusive bounds of a number, of the length of a string, or of the number of elements of an
    // array.
    schema min(const json::text& least) const { return bounded("min", least); }
    schema max(const json::text& most) const { return bounded("max", most); }
    schema default_value(const json::text& value) const { return with("default", value); }
    schema title(std::string_view text) const { return with("title", text); }
    schema format(std::string_view name) const { return with("format", name); }
    schema pattern(std::string_view expression) const { return with("pattern", expression); }
    // Rejects members that are not named. This is not the default, because some clients add members
    // of their own to every call.
    schema closed() const { return with("additionalProperties", false); }

    schema with(std::string_view keyword, const json::text& value) const {
        schema more = *this;
        more.json_.add(keyword, value);
        return more;
    }

    const json::text& json() const { return json_; }
    bool is_required() const { return required_; }

private:
    friend schema described(const char* type, std::string_view description);
    friend schema optional(schema what);

    schema bounded(std::string_view end, const json::text& limit) const {
        return with(std::string(end) + bound_suffix_, limit);
    }

    json::text json_;
    const char* bound_suffix_ = "imum";  // of "minimum", "minLength" or "minItems"
    bool required_ = true;
};

struct property {
    std::string_view name;
    schema what;
};

inline schema described(const char* type, std::string_view description) {
    schema result("{}");
    result.json_.add("type", type);
    if (!description.empty()) result.json_.add("description", description);
    if (std::string_view(type) == "string") result.bound_suffix_ = "Length";
    if (std::string_view(type) == "array") result.bound_suffix_ = "Items";
    return result;
}

inline schema string(std::string_view description = {}) { return described("string", description); }

inline schema integer(std::string_view description = {}) { return described("integer", description); }

inline schema number(std::string_view description = {}) { return described("number", description); }

inline schema boolean(std::string_view description = {}) { return described("boolean", description); }

inline schema array(const schema& elements, std::string_view description = {}) {
    return described("array", description).with("items", elements.json());
}

inline schema enum_(std::initializer_list<std::string_view> choices, std::string_view description = {}) {
    return described("string", description).with("enum", json::array(choices));
}

inline schema object(std::initializer_list<property> properties, std::string_view description = {}) {
    json::text all = json::object(), required = json::array();
    for (const property& each : properties) {
        all.add(each.name, each.what.json());
        if (each.what.is_required()) required.push(each.name);
    }
    const schema result = described("object", description).with("properties", all);
    return required.read().size() == 0 ? result : result.with("required", required);
}

inline schema optional(schema what) {
    what.required_ = false;
    return what;
}

}  // namespace toolrack
