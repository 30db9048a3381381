// Tools that answer immediately, with content of each kind.
#include "features.hpp"

namespace fixture {

using namespace toolrack;

namespace {

// Clients must get every keyword unchanged.
constexpr const char* schema_2020_12 =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema",)"
    R"("type":"object",)"
    R"("$defs":{"address":{"$anchor":"addressDef","type":"object",)"
    R"("properties":{"street":{"type":"string"},"city":{"type":"string"}}}},)"
    R"("properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},)"
    R"("contactMethod":{"type":"string","enum":["phone","email"]},)"
    R"("phone":{"type":"string"},"email":{"type":"string"}},)"
    R"("allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],)"
    R"("if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},)"
    R"("then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false})";

}  // namespace

void offer_header_tool(setup& s) {
    s.tool("test_x_mcp_header",
           "Tests SEP-2243 Mcp-Param-* server-side validation",
           object({{"region", optional(string("mirrored into Mcp-Param-Region").with("x-mcp-header", "Region"))},
                   {"level", optional(integer("non-mirrored argument"))}}),
           [](call& c) {
               const auto region = c.args().find("region");
               return text("region=" + (region ? region->str() : "<none>"));
           })
        .quick();
}

void offer_content_tools(setup& s) {
    s.tool("test_simple_text", "Tests simple text content response", object({}), [](call&) {
         return text("This is a simple text response for testing.");
     }).quick();
    s.tool("test_image_content", "Tests image content response", object({}), [](call&) {
         return image(png, "image/png");
     }).quick();
    s.tool("test_audio_content", "Tests audio content response", object({}), [](call&) {
         return audio(wav, "audio/wav");
     }).quick();
    s.tool("test_embedded_resource", "Tests embedded resource content response", object({}), [](call&) {
         return embedded_text("test://embedded-resource", "This is an embedded resource content.");
     }).quick();
    s.tool("test_multiple_content_types",
           "Tests response with multiple content types (text, image, resource)",
           object({}),
           [](call&) {
               return text("Multiple content types test:")
                   .also(image(png, "image/png"))
                   .also(embedded_text(
                       "test://mixed-content-resource", R"({"test":"data","value":123})", "application/json"));
           })
        .quick();
    // This tool and others without quick() run on the lane.
    s.tool("test_error_handling", "Tests error response handling", object({}), [](call&) -> result {
        throw tool_error("This tool intentionally returns an error for testing");
    });
    s.tool("json_schema_2020_12_tool",
           "Tool with JSON Schema 2020-12 features for conformance testing (SEP-1613, SEP-2106)",
           schema(schema_2020_12),
           [](call& c) { return text("JSON Schema 2020-12 tool called with: " + std::string(c.args().text())); });
}

}  // namespace fixture
