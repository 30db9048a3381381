// The plugin that the official conformance suite calls: every kind of feature, and every way a call
// can go, with answers that never change. Written once for all eras of the protocol.
#include <memory>

#include <toolrack/plugin.hpp>

#include "offers.hpp"
#include "waiting_room.hpp"

TOOLRACK_PLUGIN("toolrack.conformance-fixture", "1.0.0")(toolrack::setup& s) {
    const auto room = std::make_shared<fixture::waiting_room>(s.log);
    s.keep(room);

    fixture::offer_header_tool(s);
    fixture::offer_content_tools(s);
    fixture::offer_reporting_tools(s);
    fixture::offer_asking_tools(s);
    fixture::offer_round_tools(s);
    fixture::offer_trigger_tools(s);
    fixture::offer_task_tools(s, *room);
    fixture::offer_sleeping_tools(s, *room);

    fixture::offer_resources(s);
    fixture::offer_prompts(s);
    fixture::offer_round_prompt(s);
}
