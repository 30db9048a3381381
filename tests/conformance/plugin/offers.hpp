// What the fixture offers, a file each. Names, texts and schemas are those of the conformance
// suite's own reference servers, to the letter: clients and tests compare them.
#pragma once

#include <toolrack/plugin.hpp>

namespace fixture {

class waiting_room;

void offer_header_tool(toolrack::setup& s);  // the suite calls whatever is listed first
void offer_content_tools(toolrack::setup& s);
void offer_reporting_tools(toolrack::setup& s);
void offer_asking_tools(toolrack::setup& s);
void offer_round_tools(toolrack::setup& s);
void offer_round_prompt(toolrack::setup& s);
void offer_trigger_tools(toolrack::setup& s);
void offer_task_tools(toolrack::setup& s, waiting_room& room);
void offer_sleeping_tools(toolrack::setup& s, waiting_room& room);
void offer_resources(toolrack::setup& s);
void offer_prompts(toolrack::setup& s);

// A picture of one pixel and a sound of one sample, in base64.
inline constexpr std::string_view png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42m"
                                        "P8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
inline constexpr std::string_view wav =
    "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

}  // namespace fixture
