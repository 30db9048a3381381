// The features of the fixture, one file for each group. Names, texts and schemas equal those of the
// conformance suite's reference servers, because clients and tests compare them.
#pragma once

#include <toolrack/plugin.hpp>

namespace fixture {

class call_timers;

void offer_header_tool(toolrack::setup& s);  // the suite calls the first tool of the list
void offer_content_tools(toolrack::setup& s);
void offer_reporting_tools(toolrack::setup& s);
void offer_client_request_tools(toolrack::setup& s);
void offer_round_tools(toolrack::setup& s);
void offer_round_prompt(toolrack::setup& s);
void offer_trigger_tools(toolrack::setup& s);
void offer_task_tools(toolrack::setup& s, call_timers& timers);
void offer_sleeping_tools(toolrack::setup& s, call_timers& timers);
void offer_resources(toolrack::setup& s);
void offer_prompts(toolrack::setup& s);

// An image of one pixel and audio of one sample, in base64.
inline constexpr std::string_view png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42m"
                                        "P8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
inline constexpr std::string_view wav = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

}  // namespace fixture
