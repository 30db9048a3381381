// Tools that run as tasks, and tasks/get, tasks/update and tasks/cancel. (Extension
// io.modelcontextprotocol/tasks.)
#include <string>
#include <thread>

#include "catch.hpp"
#include "pending_request.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::endpoint_fixture;
using test::pending_request;
using test::response;

namespace {

const std::string with_tasks = R"({"extensions":{"io.modelcontextprotocol/tasks":{}},"elicitation":{}})";
constexpr auto not_found =
    "Task not found: it does not exist, it expired, its result is no longer kept, or it belongs to "
    "another principal.";

class tasks_fixture {
public:
    // A request of a client with these capabilities; `name` is the value of Mcp-Name.
    response send(const std::string& method,
                  const std::string& name,
                  const std::string& params,
                  const identity::principal& who,
                  const std::string& capabilities = with_tasks) {
        auto headers = test::modern_headers(method);
        headers.name = name;
        return server.send(body(method, params, capabilities), headers, who);
    }
    response call(const std::string& tool, const std::string& capabilities = with_tasks) {
        return send("tools/call", tool, endpoint_fixture::calling(tool), server.ann, capabilities);
    }
    pending_request begin(const std::string& tool, const std::string& capabilities = with_tasks) {
        auto headers = test::modern_headers("tools/call");
        headers.name = tool;
        return {server,
                body("tools/call", endpoint_fixture::calling(tool), capabilities),
                headers,
                std::nullopt,
                server.ann};
    }
    std::string begin_task(const std::string& tool = "hold") {
        const auto begun = call(tool);
        REQUIRE(begun.error() == 0);
        REQUIRE(begun.result().at("resultType").str() == "task");
        return begun.result().at("taskId").str();
    }
    void release(const std::string& how) {
        CHECK(server.legacy_call("release", R"({"how":")" + how + "\"}").error() == 0);
    }

    response about(const std::string& method,
                   const std::string& id,
                   const identity::principal& who,
                   const std::string& more = "") {
        return send("tasks/" + method, id, R"("taskId":")" + id + "\"" + more, who);
    }
    response get(const std::string& id) { return about("get", id, server.ann); }
    // The task once its status is not working.
    response get_when_not_working(const std::string& id) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        for (;;) {
            auto now = get(id);
            if (now.result().at("status").str() != "working" || std::chrono::steady_clock::now() > end) return now;
            std::this_thread::yield();
        }
    }
    response update(const std::string& id, const std::string& responses) {
        return about("update", id, server.ann, R"(,"inputResponses":)" + responses);
    }

    pending_request
    listen(const std::string& filter, const identity::principal& who, const std::string& capabilities = with_tasks) {
        return {server,
                body("subscriptions/listen", R"("notifications":)" + filter, capabilities),
                test::modern_headers("subscriptions/listen"),
                std::nullopt,
                who};
    }

    endpoint_fixture server{{test::held_calls}};

private:
    static std::string body(const std::string& method, const std::string& params, const std::string& capabilities) {
        return R"({"jsonrpc":"2.0","id":7,"method":")" + method +
               R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
               R"("io.modelcontextprotocol/clientCapabilities":)" +
               capabilities + "}," + params + "}}";
    }
};

std::string status(const response& response) { return response.result().at("status").str(); }
std::string name_given(const std::string& name) {
    return R"({"name":{"action":"accept","content":{"name":")" + name + R"("}}})";
}

}  // namespace

TEST_CASE("a call that is not done after 250 ms becomes a task, whose result tasks/get returns") {
    tasks_fixture fixture;
    const auto begun = fixture.call("hold");
    CHECK(begun.status == 200);
    CHECK(begun.id() == "7");
    CHECK(begun.result().at("resultType").str() == "task");
    CHECK(status(begun) == "working");
    CHECK(begun.result().at("ttlMs").i64() == 3'600'000);
    CHECK_FALSE(begun.result().find("content"));
    const auto id = begun.result().at("taskId").str();

    const auto working = fixture.get(id);
    CHECK(working.result().at("resultType").str() == "complete");
    CHECK(working.result().at("taskId").str() == id);
    CHECK(status(working) == "working");
    fixture.release("done");
    const auto done = fixture.get_when_not_working(id);
    CHECK(status(done) == "completed");
    CHECK(done.result().at("result").at("content").at(0).at("text").str() == "done");
    CHECK(status(fixture.get(id)) == "completed");  // any number of times
}

TEST_CASE("a call that is done at once is not a task") {
    tasks_fixture fixture;
    const auto response = fixture.call("at_once");
    CHECK(response.result().at("resultType").str() == "complete");
    CHECK(response.text() == "at once");
}

TEST_CASE("a call is not a task when the tool or the client does not support tasks") {
    tasks_fixture fixture;
    for (const auto& [tool, capabilities] :
         {std::pair<std::string, std::string>{"hold_here", with_tasks}, {"hold", "{}"}}) {
        auto call = fixture.begin(tool, capabilities);
        REQUIRE(fixture.server.log().will_say("held"));
        fixture.release("done");
        const auto response = call.wait_for_end();
        CHECK(response.result().at("resultType").str() == "complete");
        CHECK(response.text() == "done");
    }
}

TEST_CASE(
    "a tool that must be a task needs a modern client that supports tasks, and runs without one for legacy clients") {
    tasks_fixture fixture;
    const auto response = fixture.call("hold_long", R"({"extensions":{}})");
    CHECK(response.status == 400);
    CHECK(response.error() == -32021);
    CHECK(response.sentence() == "This requires a client that declares the extension io.modelcontextprotocol/tasks.");
    CHECK(response.data().text() == R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})");
    const auto id = fixture.begin_task("hold_long");
    fixture.release("done");
    CHECK(status(fixture.get_when_not_working(id)) == "completed");

    pending_request call(fixture.server,
                         endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("hold_long")),
                         wire::mirrored{},
                         std::nullopt,
                         fixture.server.ann);
    fixture.release("done");
    CHECK(call.wait_for_end().text() == "done");
}

TEST_CASE("the tasks extension is declared to modern clients when a tool may be a task") {
    tasks_fixture fixture;
    CHECK(fixture.server.modern("server/discover").result().at("capabilities").at("extensions").text() ==
          R"({"io.modelcontextprotocol/tasks":{}})");
    CHECK_FALSE(fixture.server.legacy("initialize", R"("protocolVersion":"2025-11-25")")
                    .result()
                    .at("capabilities")
                    .find("extensions"));
    CHECK_FALSE(endpoint_fixture().modern("server/discover").result().at("capabilities").find("extensions"));
}

TEST_CASE("a task ends with the outcome of its call") {
    tasks_fixture fixture;
    const auto ended = [&](const char* how) {
        const auto id = fixture.begin_task();
        fixture.release(how);
        return fixture.get_when_not_working(id);
    };
    const auto told_to_the_model = ended("tool error");
    CHECK(status(told_to_the_model) == "completed");
    CHECK(told_to_the_model.result().at("result").at("isError").boolean());
    const auto failed = ended("failure");
    CHECK(status(failed) == "failed");
    CHECK(failed.result().at("error").text() == R"({"code":-32000,"message":"It is lost."})");
    const auto invalid = ended("ask oddly");
    CHECK(status(invalid) == "failed");
    CHECK(invalid.result().at("error").at("message").str() ==
          "The tool \"hold\" returned an invalid answer. The server's log has the reason.");
}

TEST_CASE("the input requests of a task are answered with tasks/update") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    fixture.release("ask twice");
    const auto asking = fixture.get_when_not_working(id);
    CHECK(status(asking) == "input_required");
    CHECK(asking.result().at("inputRequests").size() == 2);
    CHECK(asking.result().at("inputRequests").at("name").at("method").str() == "elicitation/create");
    CHECK(fixture.update(id, R"({"again":{},"unasked":1})").error() == 0);
    CHECK(status(fixture.get(id)) == "input_required");
    const auto taken = fixture.update(id, name_given("Ann"));
    CHECK(taken.result().at("resultType").str() == "complete");
    const auto done = fixture.get_when_not_working(id);
    CHECK(status(done) == "completed");
    CHECK(done.result().at("result").at("content").at(0).at("text").str() == "Hello, Ann");
}

TEST_CASE("a task that returns only a state continues") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    fixture.release("go on");
    const auto done = fixture.get_when_not_working(id);
    CHECK(status(done) == "completed");
    if (status(done) == "completed")
        CHECK(done.result().at("result").at("content").at(0).at("text").str() == "Hello, again");
    fixture.about("cancel", id, fixture.server.ann);
}

TEST_CASE("input requests before a call becomes a task are the result of the request") {
    tasks_fixture fixture;
    auto call = fixture.begin("hold");
    REQUIRE(fixture.server.log().will_say("held"));
    fixture.release("ask");
    const auto response = call.wait_for_end();
    // On a slow machine the call may be a task by then.
    if (response.result().at("resultType").str() == "task") return;
    CHECK(response.result().at("resultType").str() == "input_required");
    CHECK(response.result().at("inputRequests").find("name"));
    const auto more = R"(,"inputResponses":)" + name_given("Bea");
    CHECK(fixture.send("tools/call", "hold", endpoint_fixture::calling("hold") + more, fixture.server.ann).text() ==
          "Hello, Bea");
}

TEST_CASE("tasks/update without responses is refused, and has no effect on a working task") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    for (const char* invalid :
         {"", R"(,"inputResponses":null)", R"(,"inputResponses":[])", R"(,"inputResponses":"x")"}) {
        const auto response = fixture.about("update", id, fixture.server.ann, invalid);
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "params.inputResponses must be an object.");
    }
    CHECK(fixture.update(id, name_given("x")).error() == 0);
    CHECK(status(fixture.get(id)) == "working");
    fixture.release("done");
    CHECK(fixture.get_when_not_working(id).result().at("result").at("content").at(0).at("text").str() == "done");
}

TEST_CASE("cancelling a working task cancels the plugin's call, and the task has no outcome") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    CHECK(fixture.about("cancel", id, fixture.server.ann).error() == 0);
    CHECK(fixture.server.log().will_say(": cancelled"));
    CHECK(status(fixture.get(id)) == "cancelled");
    fixture.release("done");
    CHECK(fixture.about("cancel", id, fixture.server.ann).error() == 0);
    const auto after = fixture.get(id);
    CHECK(status(after) == "cancelled");
    CHECK_FALSE(after.result().find("result"));
}

TEST_CASE("a task that waits for input can be cancelled") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    fixture.release("ask");
    CHECK(status(fixture.get_when_not_working(id)) == "input_required");
    fixture.about("cancel", id, fixture.server.ann);
    CHECK(status(fixture.get(id)) == "cancelled");
    CHECK(fixture.update(id, name_given("x")).error() == 0);
    CHECK(status(fixture.get(id)) == "cancelled");
}

TEST_CASE("a task of another principal gets the same error as an unknown or expired one") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    for (const char* method : {"get", "update", "cancel"}) {
        const auto others = fixture.about(method, id, fixture.server.bob, R"(,"inputResponses":{})");
        const auto never = fixture.about(method, std::string(24, 'A'), fixture.server.bob, R"(,"inputResponses":{})");
        CHECK(others.error() == -32602);
        CHECK(others.sentence() == not_found);
        CHECK(others.json == never.json);
        CHECK(others.status == never.status);
    }
    CHECK(status(fixture.get(id)) == "working");
    CHECK_FALSE(fixture.server.log().says(": cancelled"));
    fixture.server.clock().pass(1h);
    CHECK(fixture.get(id).sentence() == not_found);
    fixture.release("done");
    CHECK(fixture.get(id).sentence() == not_found);
    CHECK(fixture.send("tasks/get", "x", R"("taskId":1)", fixture.server.ann).sentence() == not_found);
}

TEST_CASE("an expired working task is cancelled when the next task starts") {
    tasks_fixture fixture;
    fixture.begin_task();
    fixture.server.clock().pass(1h);
    CHECK(fixture.call("at_once").text() == "at once");
    CHECK(fixture.server.log().will_say(": cancelled"));
    fixture.release("done");
}

TEST_CASE("a client without the extension cannot use the task methods") {
    tasks_fixture fixture;
    for (const char* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
        const auto response = fixture.send(method, "x", R"("taskId":"x")", fixture.server.ann, "{}");
        CHECK(response.status == 400);
        CHECK(response.error() == -32021);
        CHECK(fixture.server.legacy(method, R"("taskId":"x")").error() == -32601);
    }
}

TEST_CASE("with too many tasks a call is an ordinary one") {
    tasks_fixture fixture;
    while (fixture.server.tasks().open(fixture.server.bob, fixture.server.io().get_executor())) {
    }
    auto call = fixture.begin("hold");
    fixture.release("done");
    CHECK(call.wait_for_end().text() == "done");
}

TEST_CASE("a client that disconnects before its call is a task cancels the call") {
    tasks_fixture fixture;
    auto call = fixture.begin("hold");
    REQUIRE(fixture.server.log().will_say("held"));
    call.disconnect();
    call.wait_for_end();
    fixture.server.io().call([] {});
    CHECK(fixture.server.log().says(": cancelled"));
    fixture.release("done");
}

TEST_CASE("the progress message of a tool is the status message of its task") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    REQUIRE(fixture.server.log().will_say("held"));
    CHECK(fixture.get(id).result().at("statusMessage").str() == "held");
    fixture.release("speak");
    CHECK(fixture.get(id).result().at("statusMessage").str() == "speaking");
    fixture.release("failure");
    const auto failed = fixture.get_when_not_working(id);
    CHECK(status(failed) == "failed");
    CHECK(failed.result().at("statusMessage").str() == "It is lost.");
}

TEST_CASE("a followed task sends every change from the acknowledgement to its end") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    REQUIRE(fixture.server.log().will_say("held"));
    const auto other = fixture.begin_task();
    auto response = fixture.listen(R"({"taskIds":[")" + id + R"(","nobody",")" + id + R"("],"toolsListChanged":true})",
                                   fixture.server.ann);
    const auto first = response.next_notification();
    CHECK(first.method() == "notifications/subscriptions/acknowledged");
    CHECK(first.params().at("notifications").text() == R"({"toolsListChanged":true,"taskIds":[")" + id + "\"]}");
    const auto standing = response.next_notification();  // it has a status message
    CHECK(standing.params().at("statusMessage").str() == "held");

    fixture.release("ask");
    const auto asks = response.next_notification();
    CHECK(asks.method() == "notifications/tasks");
    CHECK(asks.params().at("taskId").str() == id);
    CHECK(asks.params().at("status").str() == "input_required");
    CHECK(asks.params().at("inputRequests").at("name").at("method").str() == "elicitation/create");
    CHECK(asks.params().at("_meta").at("io.modelcontextprotocol/subscriptionId").text() == "7");
    fixture.update(id, name_given("Ann"));
    CHECK(response.next_notification().params().at("status").str() == "working");
    const auto done = response.next_notification();
    CHECK(done.params().at("status").str() == "completed");
    CHECK(done.params().at("result").at("content").at(0).at("text").str() == "Hello, Ann");
    fixture.about("cancel", other, fixture.server.ann);
    fixture.server.notifier().end_all();
    CHECK(response.wait_for_end().notices.empty());
}

TEST_CASE("a task of another principal is not followed, like an unknown one") {
    tasks_fixture fixture;
    const auto id = fixture.begin_task();
    auto others = fixture.listen(R"({"taskIds":[")" + id + "\"]}", fixture.server.bob);
    CHECK(others.next_notification().params().at("notifications").text() == "{}");
    fixture.release("done");
    fixture.get_when_not_working(id);
    fixture.server.notifier().end_all();
    CHECK(others.wait_for_end().notices.empty());
}

TEST_CASE("a client without the extension cannot follow tasks") {
    tasks_fixture fixture;
    for (const char* ids : {"[]", R"(["x"])", "null"}) {
        const auto response =
            fixture.listen(R"({"taskIds":)" + std::string(ids) + "}", fixture.server.ann, R"({"elicitation":{}})")
                .wait_for_end();
        CHECK(response.status == 400);
        CHECK(response.error() == -32021);
        CHECK(response.data().text() ==
              R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})");
    }
}

TEST_CASE("taskIds is an array of at most 100 strings") {
    tasks_fixture fixture;
    std::string many = "[\"x\"";
    for (int i = 0; i < 100; ++i) many += ",\"x\"";
    for (const auto& invalid : {std::string("null"),
                                std::string("\"x\""),
                                std::string("{}"),
                                std::string("[1]"),
                                std::string("[\"x\",null]"),
                                many + "]"}) {
        const auto response = fixture.listen(R"({"taskIds":)" + invalid + "}", fixture.server.ann).wait_for_end();
        CHECK(response.status == 400);
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "taskIds must be an array of at most 100 task ids.");
    }
}
