// Tools whose schemas are recursive, have the maximum size, or take too long to validate. Each tool returns its own
// name.
#include <string>
#include <string_view>

#include <toolrack/plugin.hpp>

namespace {

using namespace toolrack;

// The schema itself, "properties", and one schema for each property.
schema of_many(int properties) {
    std::string text = R"({"type":"object","properties":{)";
    for (int n = 0; n != properties; ++n) {
        if (n != 0) text += ',';
        text += "\"p" + std::to_string(n) + R"(":{"type":"integer"})";
    }
    return schema(text + "}}");
}

}  // namespace

TOOLRACK_PLUGIN("org.example.heavy-schemas", "1.0.0")(toolrack::setup& s) {
    const auto offer = [&s](std::string_view name, const schema& input) {
        s.tool(name, "Returns its name.", input, [](call& c) { return text(c.name()); });
    };
    offer("plain", object({}));

    offer("circle", schema(R"({"type":"object","allOf":[{"$ref":"#"}]})"));
    offer("long_circle",
          schema(R"({"type":"object","$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},)"
                 R"("b":{"not":{"$ref":"#/$defs/a"}}}})"));
    offer("dynamic_circle", schema(R"({"type":"object","$dynamicAnchor":"me","allOf":[{"$dynamicRef":"#me"}]})"));
    offer("tree",
          schema(R"({"type":"object","properties":{"left":{"$ref":"#"},"right":{"$ref":"#"}},)"
                 R"("additionalProperties":false})"));

    offer("ten_thousand", of_many(9'999));
    offer("one_too_many", of_many(10'000));

    offer("explosive", object({{"word", string().pattern("^(([a-z])+.)+[A-Z]([a-z])+$")}}));
    offer("explosive_names",
          schema(R"({"type":"object","patternProperties":{"^(a+)+$":{}},"additionalProperties":false})"));
    offer("explosive_choice",
          schema(R"({"type":"object","properties":{"v":{"$ref":"#/$defs/v"}},"$defs":{"v":{"anyOf":[)"
                 R"({"type":"array","items":{"$ref":"#/$defs/v"},"minItems":1},)"
                 R"({"type":"array","items":{"$ref":"#/$defs/v"},"maxItems":9},{"type":"string"}]}}})"));
    offer("different", object({{"items", array(schema("{}")).with("uniqueItems", true)}}));
}
