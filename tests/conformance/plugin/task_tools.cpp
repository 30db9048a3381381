// Tools that may, or must, run as a task (SEP-2663), and one that may not.
//
// A call that is still running after a while becomes a task; one that asks before that needs
// another round and is no task yet. So what is to park as a task waits before it asks.
#include <chrono>

#include "offers.hpp"
#include "responses.hpp"
#include "waiting_room.hpp"

namespace fixture {

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

constexpr auto long_enough_for_a_task = 600ms;

void compute(call c, waiting_room& room) {
    const double seconds = c.args().at("seconds").f64();
    const auto how_long = std::chrono::duration_cast<waiting_room::clock::duration>(
        std::chrono::duration<double>(seconds));
    room.stay(std::move(c), how_long, [](call done) {
        const auto label = done.args().find("label");
        done.finish(text("Computed " + (label ? label->str() : "nothing") + " for " +
                         std::string(done.args().at("seconds").text()) + " s"));
    });
}

// The first time round, asks after a while; with every answer there, goes on at once.
void ask_in_a_task(call c, waiting_room& room, result (*step)(call&)) {
    if (c.responses().size() != 0) {
        c.finish(step(c));
        return;
    }
    room.stay(std::move(c), long_enough_for_a_task, [step](call late) { late.finish(step(late)); });
}

result delete_when_confirmed(call& c) {
    const std::string file = c.args().at("filename").str();
    const auto confirmed = find_choice(c, "confirm", "confirm");
    if (!confirmed)
        return elicit("confirm", "Delete " + file + '?', object({{"confirm", boolean()}}));
    return text((*confirmed ? "Deleted " : "Kept ") + file);
}

result ask_two_things(call& c) {
    const auto first = find_text(c, "first", "name"), second = find_text(c, "second", "name");
    if (first && second) return text("Got " + *first + " and " + *second);
    return elicit("first", "What is the first name?", object({{"name", string()}}))
        .also(elicit("second", "What is the second name?", object({{"name", string()}})));
}

// Asks while it is an ordinary call, and is a task once it knows.
void ask_then_run(call c, waiting_room& room) {
    const auto name = find_text(c, "user_name", "name");
    if (!name) {
        c.finish(elicit("user_name", "What is your name?", object({{"name", string()}})));
        return;
    }
    room.stay(std::move(c),
              long_enough_for_a_task,
              [greeting = "Hello, " + *name + '!'](call late) { late.finish(text(greeting)); });
}

}  // namespace

void offer_task_tools(setup& s, waiting_room& room) {
    s.tool("greet",
           "Greets by name, at once and never as a task",
           object({{"name", string("Who to greet")}}),
           [](call& c) { return text("Hello, " + c.args().at("name").str() + '!'); })
        .quick();
    s.tool("slow_compute",
           "Computes for as long as it is told",
           object({{"seconds", number("How long").min(0).max(3600)},
                   {"label", optional(string("What it is called in the answer"))}}),
           [&room](call c) { compute(std::move(c), room); })
        .task("optional");
    s.tool("failing_job",
           "Fails after a second, as a tool does: with a result that says so",
           object({}),
           [&room](call c) {
               room.stay(std::move(c), 1s, [](call late) {
                   late.finish(text("failing_job failed, as it should").as_error());
               });
           })
        .task("required");
    s.tool("protocol_error_job",
           "Fails after a while with a JSON-RPC error",
           object({}),
           [&room](call c) {
               room.stay(std::move(c), long_enough_for_a_task, [](call late) {
                   late.fail(code::internal_error, "protocol_error_job failed, as it should");
               });
           })
        .task("optional");
    s.tool("confirm_delete",
           "Asks whether to delete a file, and deletes none",
           object({{"filename", string("The file")}}),
           [&room](call c) { ask_in_a_task(std::move(c), room, delete_when_confirmed); })
        .task("optional");
    s.tool("multi_input", "Asks two things at once", object({}), [&room](call c) {
         ask_in_a_task(std::move(c), room, ask_two_things);
     }).task("optional");
    s.tool("test_tool_with_task",
           "Asks for a name first, then greets as a task",
           object({}),
           [&room](call c) { ask_then_run(std::move(c), room); })
        .task("required");
}

}  // namespace fixture
