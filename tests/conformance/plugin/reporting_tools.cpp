// Tools that send notifications, and one that closes the response stream before its answer.
#include <chrono>
#include <thread>

#include "features.hpp"

namespace fixture {

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

void work_for_a_while() { std::this_thread::sleep_for(50ms); }

result log_three_times(call& c) {
    c.log(severity::info, "Tool execution started");
    work_for_a_while();
    c.log(severity::info, "Tool processing data");
    work_for_a_while();
    c.log(severity::info, "Tool execution completed");
    return text("Tool with logging executed successfully");
}

void report_step(call& c, int step) { c.progress(step, 100, "Completed step " + std::to_string(step) + " of 100"); }

// Returns the progress token, a string or a number; 0 without a token.
result report_progress(call& c) {
    report_step(c, 0);
    work_for_a_while();
    report_step(c, 50);
    work_for_a_while();
    report_step(c, 100);
    const auto token = c.meta().find("progressToken");
    if (!token) return text("0");
    return text(token->is_string() ? token->str() : std::string(token->text()));
}

// "toolrack/poll" makes the host close the response stream; the client gets the answer on another
// stream (SEP-1699). Without such a stream it has no effect.
result answer_elsewhere(call& c) {
    c.notify("toolrack/poll", json::object());
    std::this_thread::sleep_for(100ms);
    return text("Reconnection test completed successfully. If you received this, the client properly "
                "reconnected after stream closure.");
}

}  // namespace

void offer_reporting_tools(setup& s) {
    s.tool("test_streaming_elicitation",
           "SEP-2575: yields a response stream carrying no independent top-level JSON-RPC requests",
           object({}),
           [](call&) { return text("stream observed: result frames only, no top-level requests"); });
    s.tool("test_logging_tool",
           "SEP-2575: logs via ctx.mcpReq.log so the no-log-without-logLevel rule is exercised",
           object({}),
           [](call& c) {
               c.log(severity::info, "test_logging_tool ran (delivered only when the request set _meta.logLevel)");
               return text("logged through the request-scoped, logLevel-gated channel");
           });
    s.tool(
        "test_tool_with_logging", "Tests tool that emits log messages during execution", object({}), log_three_times);
    s.tool("test_tool_with_progress", "Tests tool that reports progress notifications", object({}), report_progress);
    s.tool("test_reconnection",
           "Tests SSE stream disconnection and client reconnection (SEP-1699). Server will close the "
           "stream mid-call and send the result after client reconnects.",
           object({}),
           answer_elsewhere);
}

}  // namespace fixture
