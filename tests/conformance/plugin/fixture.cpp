// The plugin for the official conformance suite: every kind of feature and every kind of answer, with
// constant contents. The same code serves all eras of the protocol.
#include <memory>

#include <toolrack/plugin.hpp>

#include "call_timers.hpp"
#include "features.hpp"

TOOLRACK_PLUGIN("toolrack.conformance-fixture", "1.0.0")(toolrack::setup& s) {
    const auto timers = std::make_shared<fixture::call_timers>(s.log);
    s.keep(timers);

    fixture::offer_header_tool(s);
    fixture::offer_content_tools(s);
    fixture::offer_reporting_tools(s);
    fixture::offer_client_request_tools(s);
    fixture::offer_round_tools(s);
    fixture::offer_trigger_tools(s);
    fixture::offer_task_tools(s, *timers);
    fixture::offer_sleeping_tools(s, *timers);

    fixture::offer_resources(s);
    fixture::offer_prompts(s);
    fixture::offer_round_prompt(s);
}
