// Tools and a prompt with one or several further rounds: each sends input requests until it has all
// answers (basic/patterns/mrtr). The plugin stores nothing between the rounds; state() has the state.
#include "features.hpp"
#include "responses.hpp"

namespace fixture {

using namespace toolrack;

namespace {

schema form_of(std::string_view field, const schema& what) { return object({{field, what}}); }

result ask_name() { return elicit("user_name", "What is your name?", form_of("name", string())); }

// State with the name of the tool. The host seals it, so returned state is authentic.
json::text state_of(std::string_view tool, int round = 1) { return json::object({{"tool", tool}, {"round", round}}); }

bool has_state_of(const call& c, std::string_view tool, int round = 1) {
    const auto state_tool = c.state().find("tool");
    const auto state_round = c.state().find("round");
    return state_tool && state_tool->is_string() && state_tool->str() == tool && state_round &&
           state_round->is_number() && state_round->i64() == round;
}

result greet_by_name(call& c) {
    if (const auto name = find_text(c, "user_name", "name")) return text("Hello, " + *name + '!');
    return ask_name();
}

result ask_capital(call& c) {
    if (const auto answer = find_completion(c, "capital_question")) return text("Sampling response: " + *answer);
    return sample("capital_question", "What is the capital of France?", 100);
}

result list_folders(call& c) {
    const auto found = find_roots(c, "client_roots");
    if (!found) return roots("client_roots");
    std::string list = "Client exposed " + std::to_string(found->size()) + " root(s): ";
    const char* comma = "";
    for (const json::value& root : *found) {
        list += comma + root.at("uri").str();
        comma = ", ";
    }
    return text(list);
}

// Answers only if the confirmation has the state of the request.
result confirm(call& c, std::string_view tool, std::string_view answer) {
    if (has_state_of(c, tool) && find_choice(c, "confirm", "ok")) return text(answer);
    return elicit("confirm", "Please confirm", form_of("ok", boolean())).with_state(state_of(tool));
}

result ask_three_things(call& c) {
    const auto name = find_text(c, "user_name", "name");
    const auto greeting = find_completion(c, "greeting");
    const auto folders = find_roots(c, "client_roots");
    if (has_state_of(c, "multiple_inputs") && name && greeting && folders)
        return text(*greeting + ' ' + *name + " — " + std::to_string(folders->size()) + " root(s) visible");
    return ask_name()
        .also(sample("greeting", "Generate a greeting", 50))
        .also(roots("client_roots"))
        .with_state(state_of("multiple_inputs"));
}

result ask_twice(call& c) {
    if (has_state_of(c, "multi_round", 2)) {
        if (const auto color = find_text(c, "step2", "color"))
            return text("Multi-round complete: " + c.state().at("name").str() + " likes " + *color);
        return elicit("step2", "Step 2: What is your favorite color?", form_of("color", string()))
            .with_state(c.state());
    }
    const auto name = find_text(c, "step1", "name");
    if (has_state_of(c, "multi_round", 1) && name)
        return elicit("step2", "Step 2: What is your favorite color?", form_of("color", string()))
            .with_state(state_of("multi_round", 2).add("name", *name));
    return elicit("step1", "Step 1: What is your name?", form_of("name", string())).with_state(state_of("multi_round"));
}

// Requests only input that the client has declared capabilities for.
result ask_by_capabilities(call& c) {
    result wanted = input_required();
    bool is_missing = false;
    if (client_supports(c, "elicitation")) {
        wanted.also(ask_name());
        is_missing |= !find_text(c, "user_name", "name");
    }
    if (client_supports(c, "sampling")) {
        wanted.also(sample("greeting", "Generate a short greeting", 50));
        is_missing |= !find_completion(c, "greeting");
    }
    if (client_supports(c, "roots")) {
        wanted.also(roots("client_roots"));
        is_missing |= !find_roots(c, "client_roots");
    }
    return is_missing ? wanted : text("Capability-aware input requests fulfilled");
}

// A prompt has no isError, so a declined request is a JSON-RPC error.
result prompt_with_context(call& c) {
    if (const auto context = find_text(c, "user_context", "context"))
        return user("Use the following context: " + *context);
    return elicit("user_context", "What context should the prompt use?", form_of("context", string()));
}

}  // namespace

void offer_round_tools(setup& s) {
    const schema nothing = object({});
    s.tool("test_input_required_result_elicitation",
           "MRTR (SEP-2322): asks for the caller name via an in-band elicitation request",
           nothing,
           greet_by_name);
    s.tool("test_input_required_result_sampling",
           "MRTR (SEP-2322): asks for an LLM completion via an in-band sampling request",
           nothing,
           ask_capital);
    s.tool("test_input_required_result_list_roots",
           "MRTR (SEP-2322): asks for the client roots via an in-band roots/list request",
           nothing,
           list_folders);
    s.tool("test_input_required_result_request_state",
           "MRTR (SEP-2322): round-trips integrity-protected requestState alongside an elicitation "
           "request",
           nothing,
           [](call& c) {
               return confirm(c, "request_state", "state-ok: requestState verified and confirmation received");
           });
    s.tool("test_input_required_result_multiple_inputs",
           "MRTR (SEP-2322): asks for elicitation, sampling and roots input in a single round",
           nothing,
           ask_three_things);
    s.tool("test_input_required_result_multi_round",
           "MRTR (SEP-2322): two elicitation rounds with evolving requestState before completing",
           nothing,
           ask_twice);
    s.tool("test_input_required_result_tampered_state",
           "MRTR (SEP-2322): rejects retries whose requestState fails integrity verification",
           nothing,
           [](call& c) { return confirm(c, "tampered_state", "integrity-ok: requestState verified"); });
    s.tool("test_input_required_result_capabilities",
           "MRTR (SEP-2322): only requests input kinds the declared client capabilities cover",
           nothing,
           ask_by_capabilities);
}

void offer_round_prompt(setup& s) {
    s.prompt("test_input_required_result_prompt",
             "MRTR (SEP-2322): prompt that requires elicitation input before rendering",
             {},
             prompt_with_context)
        .title("MRTR Prompt");
}

}  // namespace fixture
