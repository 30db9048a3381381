// Requests from the client the input that its arguments name, and returns the responses.
#include <string>

#include <toolrack/plugin.hpp>

namespace {

using namespace toolrack;

bool is_back(const call& c) { return c.responses().size() != 0 || !c.state().is_null(); }

result ask_as_told(call& c) {
    if (c.args().find("say")) c.log(severity::info, "before the question");
    if (is_back(c)) return structured(json::object({{"responses", c.responses()}, {"state", c.state()}}));
    result asked = input_required();
    for (const json::value& one : c.args().at("requests"))
        asked.also(ask(one.key(), one.at("method").str(), one.at("params")));
    if (const auto state = c.args().find("state")) asked.with_state(*state);
    return asked;
}

result ask_topic() { return elicit("topic", "What about?", object({{"topic", string()}})); }

std::string topic(const call& c) { return c.responses().at("topic").at("content").at("topic").str(); }

}  // namespace

TOOLRACK_PLUGIN("org.example.questions", "1.0.0")(toolrack::setup& s) {
    s.tool("ask",
           "Sends the given input requests",
           object({{"requests", object({})}, {"state", optional(schema("{}"))}, {"say", optional(boolean())}}),
           ask_as_told);
    s.prompt("speech", "Asks what it is to be about", {}, [](call& c) {
        return is_back(c) ? user("A speech about " + topic(c)) : ask_topic();
    });
    s.resource("speech://last", "last", "text/plain", [](call& c) {
        return is_back(c) ? resource_text(c.name(), "It was about " + topic(c)) : ask_topic();
    });
}
