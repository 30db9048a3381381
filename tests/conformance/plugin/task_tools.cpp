// Tools that can or must run as a task (SEP-2663), and one that cannot.
//
// A call that runs long enough becomes a task. A call with an earlier input request needs another round
// and is not a task yet, so a tool that shall request input as a task waits first.
#include <chrono>

#include "call_timers.hpp"
#include "features.hpp"
#include "responses.hpp"

namespace fixture {

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

constexpr auto long_enough_for_a_task = 600ms;

void compute(call c, call_timers& timers) {
    const double seconds = c.args().at("seconds").f64();
    const auto how_long =
        std::chrono::duration_cast<call_timers::clock::duration>(std::chrono::duration<double>(seconds));
    timers.schedule(std::move(c), how_long, [](call done) {
        const auto label = done.args().find("label");
        done.finish(text("Computed " + (label ? label->str() : "nothing") + " for " +
                         std::string(done.args().at("seconds").text()) + " s"));
    });
}

// The first round requests input after a delay; a round with answers continues immediately.
void ask_in_a_task(call c, call_timers& timers, result (*step)(call&)) {
    if (c.responses().size() != 0) {
        c.finish(step(c));
        return;
    }
    timers.schedule(std::move(c), long_enough_for_a_task, [step](call late) { late.finish(step(late)); });
}

result delete_when_confirmed(call& c) {
    const std::string file = c.args().at("filename").str();
    const auto confirmed = find_choice(c, "confirm", "confirm");
    if (!confirmed) return elicit("confirm", "Delete " + file + '?', object({{"confirm", boolean()}}));
    return text((*confirmed ? "Deleted " : "Kept ") + file);
}

result ask_two_things(call& c) {
    const auto first = find_text(c, "first", "name"), second = find_text(c, "second", "name");
    if (first && second) return text("Got " + *first + " and " + *second);
    return elicit("first", "What is the first name?", object({{"name", string()}}))
        .also(elicit("second", "What is the second name?", object({{"name", string()}})));
}

// Requests input as an ordinary call, and runs as a task after the answer.
void ask_then_run(call c, call_timers& timers) {
    const auto name = find_text(c, "user_name", "name");
    if (!name) {
        c.finish(elicit("user_name", "What is your name?", object({{"name", string()}})));
        return;
    }
    timers.schedule(std::move(c), long_enough_for_a_task, [greeting = "Hello, " + *name + '!'](call late) {
        late.finish(text(greeting));
    });
}

}  // namespace

void offer_task_tools(setup& s, call_timers& timers) {
    s.tool("greet",
           "Greets by name, at once and never as a task",
           object({{"name", string("Who to greet")}}),
           [](call& c) { return text("Hello, " + c.args().at("name").str() + '!'); })
        .quick();
    s.tool("slow_compute",
           "Computes for the given time",
           object({{"seconds", number("How long").min(0).max(3600)},
                   {"label", optional(string("What it is called in the answer"))}}),
           [&timers](call c) { compute(std::move(c), timers); })
        .task("optional");
    s.tool("failing_job",
           "Fails after a second, as a tool does: with a result that says so",
           object({}),
           [&timers](call c) {
               timers.schedule(std::move(c), 1s, [](call late) {
                   late.finish(text("failing_job failed, as it should").as_error());
               });
           })
        .task("required");
    s.tool("protocol_error_job", "Fails after a while with a JSON-RPC error", object({}), [&timers](call c) {
         timers.schedule(std::move(c), long_enough_for_a_task, [](call late) {
             late.fail(code::internal_error, "protocol_error_job failed, as it should");
         });
     }).task("optional");
    s.tool("confirm_delete",
           "Asks whether to delete a file, and deletes none",
           object({{"filename", string("The file")}}),
           [&timers](call c) { ask_in_a_task(std::move(c), timers, delete_when_confirmed); })
        .task("optional");
    s.tool("multi_input", "Asks two things at once", object({}), [&timers](call c) {
         ask_in_a_task(std::move(c), timers, ask_two_things);
     }).task("optional");
    s.tool("test_tool_with_task", "Asks for a name first, then greets as a task", object({}), [&timers](call c) {
         ask_then_run(std::move(c), timers);
     }).task("required");
}

}  // namespace fixture
