// Tools with one input request, which return its answer. A legacy client gets a request during the
// call, a modern client an input-required result; the code is the same.
#include "features.hpp"
#include "responses.hpp"

namespace fixture {

using namespace toolrack;

namespace {

// SEP-1034: a default for each primitive type.
constexpr const char* form_with_defaults =
    R"({"type":"object","properties":{)"
    R"("name":{"type":"string","description":"User name","default":"John Doe"},)"
    R"("age":{"type":"integer","description":"User age","default":30},)"
    R"("score":{"type":"number","description":"User score","default":95.5},)"
    R"("status":{"type":"string","description":"User status",)"
    R"("enum":["active","inactive","pending"],"default":"active"},)"
    R"("verified":{"type":"boolean","description":"Verification status","default":true}},)"
    R"("required":[]})";

// SEP-1330: every form of an enum.
constexpr const char* form_with_choices =
    R"({"type":"object","properties":{)"
    R"("untitledSingle":{"type":"string","description":"Select one option",)"
    R"("enum":["option1","option2","option3"]},)"
    R"("titledSingle":{"type":"string","description":"Select one option with titles",)"
    R"("oneOf":[{"const":"value1","title":"First Option"},)"
    R"({"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},)"
    R"x("legacyEnum":{"type":"string","description":"Select one option (legacy)",)x"
    R"("enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},)"
    R"("untitledMulti":{"type":"array","description":"Select multiple options",)"
    R"("minItems":1,"maxItems":3,"items":{"type":"string","enum":["option1","option2","option3"]}},)"
    R"("titledMulti":{"type":"array","description":"Select multiple options with titles",)"
    R"("minItems":1,"maxItems":3,"items":{"anyOf":[{"const":"value1","title":"First Choice"},)"
    R"({"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}},)"
    R"("required":[]})";

constexpr std::string_view key = "answer";

result ask_model(call& c) {
    if (!client_supports(c, "sampling")) throw tool_error("The client does not support sampling.");
    if (const auto answer = find_completion(c, key)) return text("LLM response: " + *answer);
    return sample(key, c.args().at("prompt").str(), 100);
}

// The answer starts with `prefix`. The user's content need not match the form.
result ask_user(call& c, std::string_view message, const schema& fields, std::string prefix) {
    if (!client_supports(c, "elicitation")) throw tool_error("The client does not support elicitation.");
    const auto answered = find_form(c, key);
    if (!answered) return elicit(key, message, fields);
    return text(std::move(prefix) + "action=" + answered->action +
                ", content=" + std::string(answered->content.text()));
}

}  // namespace

void offer_client_request_tools(setup& s) {
    // Sends the request even to a client without the capability: the host rejects it.
    s.tool("test_missing_capability",
           "SEP-2575: requires the `sampling` client capability (drives the -32021 "
           "undeclared-capability rejection)",
           object({}),
           [](call& c) {
               if (const auto answer = find_completion(c, "llm_answer")) return text("LLM answer: " + *answer);
               return sample("llm_answer", "What is the capital of France?", 100);
           });
    s.tool("test_sampling",
           "Tests server-initiated sampling (LLM completion request)",
           object({{"prompt", string("The prompt to send to the LLM")}}),
           ask_model);
    s.tool("test_elicitation",
           "Tests server-initiated elicitation (user input request)",
           object({{"message", string("The message to show the user")}}),
           [](call& c) {
               return ask_user(c,
                               c.args().at("message").str(),
                               object({{"response", string("User's response")}}),
                               "User response: ");
           });
    s.tool("test_elicitation_sep1034_defaults",
           "Tests elicitation with default values per SEP-1034",
           object({}),
           [](call& c) {
               return ask_user(c,
                               "Please review and update the form fields with defaults",
                               schema(form_with_defaults),
                               "Elicitation completed: ");
           });
    s.tool("test_elicitation_sep1330_enums",
           "Tests elicitation with enum schema improvements per SEP-1330",
           object({}),
           [](call& c) {
               return ask_user(c,
                               "Please select options from the enum fields",
                               schema(form_with_choices),
                               "Elicitation completed: ");
           });
}

}  // namespace fixture
