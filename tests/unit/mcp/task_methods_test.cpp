// Tools that go on as tasks, and tasks/get, tasks/update and tasks/cancel. (Extension
// io.modelcontextprotocol/tasks.)
#include <string>
#include <thread>

#include "catch.hpp"
#include "conversation.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using test::conversation;
using test::heard;
using test::office;

namespace {

const std::string knows_tasks = R"({"extensions":{"io.modelcontextprotocol/tasks":{}},"elicitation":{}})";
constexpr auto no_such = "There is no such task: it never was, its time is over, or it is another's.";

class client {
public:
    // A request of a client with these capabilities; `name` is what Mcp-Name repeats.
    heard say(const std::string& method, const std::string& name, const std::string& params, const identity::principal& who,
              const std::string& capabilities = knows_tasks) {
        auto headers = test::modern_headers(method);
        headers.name = name;
        return here.say(body(method, params, capabilities), headers, who);
    }
    heard call(const std::string& tool, const std::string& capabilities = knows_tasks) {
        return say("tools/call", tool, office::calling(tool), here.ann, capabilities);
    }
    conversation begin(const std::string& tool, const std::string& capabilities = knows_tasks) {
        auto headers = test::modern_headers("tools/call");
        headers.name = tool;
        return {here, body("tools/call", office::calling(tool), capabilities), headers, std::nullopt, here.ann};
    }
    std::string begin_task(const std::string& tool = "park") {
        const auto begun = call(tool);
        REQUIRE(begun.error() == 0);
        REQUIRE(begun.result().at("resultType").str() == "task");
        return begun.result().at("taskId").str();
    }
    void release(const std::string& how) {
        CHECK(here.legacy_call("release", R"({"how":")" + how + "\"}").error() == 0);
    }

    heard about(const std::string& method, const std::string& id, const identity::principal& who,
                const std::string& more = "") {
        return say("tasks/" + method, id, R"("taskId":")" + id + "\"" + more, who);
    }
    heard get(const std::string& id) { return about("get", id, here.ann); }
    // As it is once it no longer works.
    heard get_when_it_rests(const std::string& id) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        for (;;) {
            auto now = get(id);
            if (now.result().at("status").str() != "working" || std::chrono::steady_clock::now() > end) return now;
            std::this_thread::yield();
        }
    }
    heard update(const std::string& id, const std::string& responses) {
        return about("update", id, here.ann, R"(,"inputResponses":)" + responses);
    }

    conversation listen(const std::string& filter, const identity::principal& who,
                        const std::string& capabilities = knows_tasks) {
        return {here, body("subscriptions/listen", R"("notifications":)" + filter, capabilities),
                test::modern_headers("subscriptions/listen"), std::nullopt, who};
    }

    office here{{test::parking}};

private:
    static std::string body(const std::string& method, const std::string& params, const std::string& capabilities) {
        return R"({"jsonrpc":"2.0","id":7,"method":")" + method +
               R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
               R"("io.modelcontextprotocol/clientCapabilities":)" +
               capabilities + "}," + params + "}}";
    }
};

std::string status(const heard& heard) { return heard.result().at("status").str(); }
std::string name_given(const std::string& name) {
    return R"({"name":{"action":"accept","content":{"name":")" + name + R"("}}})";
}

}  // namespace

TEST_CASE("a call that is not done after a moment becomes a task, whose result is asked for later") {
    client one;
    const auto begun = one.call("park");
    CHECK(begun.status == 200);
    CHECK(begun.id() == "7");
    CHECK(begun.result().at("resultType").str() == "task");
    CHECK(status(begun) == "working");
    CHECK(begun.result().at("ttlMs").i64() == 3'600'000);
    CHECK_FALSE(begun.result().find("content"));
    const auto id = begun.result().at("taskId").str();

    const auto working = one.get(id);
    CHECK(working.result().at("resultType").str() == "complete");
    CHECK(working.result().at("taskId").str() == id);
    CHECK(status(working) == "working");
    one.release("done");
    const auto done = one.get_when_it_rests(id);
    CHECK(status(done) == "completed");
    CHECK(done.result().at("result").at("content").at(0).at("text").str() == "done");
    CHECK(status(one.get(id)) == "completed");  // as often as it is asked for
}

TEST_CASE("a call that is done at once is no task") {
    client one;
    const auto heard = one.call("at_once");
    CHECK(heard.result().at("resultType").str() == "complete");
    CHECK(heard.text() == "at once");
}

TEST_CASE("a tool that may be no task is none, and neither is a call of a client that does not know tasks") {
    client one;
    for (const auto& [tool, capabilities] :
         {std::pair<std::string, std::string>{"park_here", knows_tasks}, {"park", "{}"}}) {
        auto call = one.begin(tool, capabilities);
        REQUIRE(one.here.log().will_say("parked"));
        one.release("done");
        const auto heard = call.ends();
        CHECK(heard.result().at("resultType").str() == "complete");
        CHECK(heard.text() == "done");
    }
}

TEST_CASE("a tool that must be a task needs a client that knows them, unless its era does not") {
    client one;
    const auto heard = one.call("park_long", R"({"extensions":{}})");
    CHECK(heard.status == 400);
    CHECK(heard.error() == -32021);
    CHECK(heard.sentence() == "This needs a client that declares the extension io.modelcontextprotocol/tasks.");
    CHECK(heard.data().text() == R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})");
    const auto id = one.begin_task("park_long");
    one.release("done");
    CHECK(status(one.get_when_it_rests(id)) == "completed");

    conversation call(one.here, office::legacy_body("tools/call", office::calling("park_long")), wire::mirrored{},
                      std::nullopt, one.here.ann);
    one.release("done");
    CHECK(call.ends().text() == "done");
}

TEST_CASE("tasks are declared where a tool may be one, to modern clients") {
    client one;
    CHECK(one.here.modern("server/discover").result().at("capabilities").at("extensions").text() ==
          R"({"io.modelcontextprotocol/tasks":{}})");
    CHECK_FALSE(one.here.legacy("initialize", R"("protocolVersion":"2025-11-25")")
                    .result()
                    .at("capabilities")
                    .find("extensions"));
    CHECK_FALSE(office().modern("server/discover").result().at("capabilities").find("extensions"));
}

TEST_CASE("a task ends as its call does") {
    client one;
    const auto ended = [&](const char* how) {
        const auto id = one.begin_task();
        one.release(how);
        return one.get_when_it_rests(id);
    };
    const auto told_to_the_model = ended("tool error");
    CHECK(status(told_to_the_model) == "completed");
    CHECK(told_to_the_model.result().at("result").at("isError").boolean());
    const auto failed = ended("failure");
    CHECK(status(failed) == "failed");
    CHECK(failed.result().at("error").text() == R"({"code":-32000,"message":"It is lost."})");
    const auto odd = ended("ask oddly");
    CHECK(status(odd) == "failed");
    CHECK(odd.result().at("error").at("message").str() == "The task needs input that the client cannot give.");
}

TEST_CASE("what a task asks is given to it with tasks/update") {
    client one;
    const auto id = one.begin_task();
    one.release("ask twice");
    const auto asking = one.get_when_it_rests(id);
    CHECK(status(asking) == "input_required");
    CHECK(asking.result().at("inputRequests").size() == 2);
    CHECK(asking.result().at("inputRequests").at("name").at("method").str() == "elicitation/create");
    CHECK(one.update(id, R"({"again":{},"unasked":1})").error() == 0);
    CHECK(status(one.get(id)) == "input_required");
    const auto taken = one.update(id, name_given("Ann"));
    CHECK(taken.result().at("resultType").str() == "complete");
    const auto done = one.get_when_it_rests(id);
    CHECK(status(done) == "completed");
    CHECK(done.result().at("result").at("content").at(0).at("text").str() == "Hello, Ann");
}

TEST_CASE("a task that only wants to go on goes on") {
    client one;
    const auto id = one.begin_task();
    one.release("go on");
    const auto done = one.get_when_it_rests(id);
    CHECK(status(done) == "completed");
    if (status(done) == "completed")
        CHECK(done.result().at("result").at("content").at(0).at("text").str() == "Hello, again");
    one.about("cancel", id, one.here.ann);
}

TEST_CASE("what is asked before a call is a task is asked in the ordinary way") {
    client one;
    auto call = one.begin("park");
    REQUIRE(one.here.log().will_say("parked"));
    one.release("ask");
    const auto heard = call.ends();
    // Slow machines may have made it a task by then.
    if (heard.result().at("resultType").str() == "task") return;
    CHECK(heard.result().at("resultType").str() == "input_required");
    CHECK(heard.result().at("inputRequests").find("name"));
    const auto more = R"(,"inputResponses":)" + name_given("Bea");
    CHECK(one.say("tools/call", "park", office::calling("park") + more, one.here.ann).text() == "Hello, Bea");
}

TEST_CASE("an update without answers is refused, and one that nobody waits for changes nothing") {
    client one;
    const auto id = one.begin_task();
    for (const char* odd : {"", R"(,"inputResponses":null)", R"(,"inputResponses":[])", R"(,"inputResponses":"x")"}) {
        const auto heard = one.about("update", id, one.here.ann, odd);
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "params.inputResponses must be an object.");
    }
    CHECK(one.update(id, name_given("x")).error() == 0);
    CHECK(status(one.get(id)) == "working");
    one.release("done");
    CHECK(one.get_when_it_rests(id).result().at("result").at("content").at(0).at("text").str() == "done");
}

TEST_CASE("a working task that is cancelled tells its plugin, and has no outcome") {
    client one;
    const auto id = one.begin_task();
    CHECK(one.about("cancel", id, one.here.ann).error() == 0);
    CHECK(one.here.log().will_say("told to stop"));
    CHECK(status(one.get(id)) == "cancelled");
    one.release("done");
    CHECK(one.about("cancel", id, one.here.ann).error() == 0);
    const auto after = one.get(id);
    CHECK(status(after) == "cancelled");
    CHECK_FALSE(after.result().find("result"));
}

TEST_CASE("a task that waits for answers can be cancelled") {
    client one;
    const auto id = one.begin_task();
    one.release("ask");
    CHECK(status(one.get_when_it_rests(id)) == "input_required");
    one.about("cancel", id, one.here.ann);
    CHECK(status(one.get(id)) == "cancelled");
    CHECK(one.update(id, name_given("x")).error() == 0);
    CHECK(status(one.get(id)) == "cancelled");
}

TEST_CASE("someone else's task is the same answer as one that never was or whose time is over") {
    client one;
    const auto id = one.begin_task();
    for (const char* method : {"get", "update", "cancel"}) {
        const auto others = one.about(method, id, one.here.bob, R"(,"inputResponses":{})");
        const auto never = one.about(method, std::string(24, 'A'), one.here.bob, R"(,"inputResponses":{})");
        CHECK(others.error() == -32602);
        CHECK(others.sentence() == no_such);
        CHECK(others.json == never.json);
        CHECK(others.status == never.status);
    }
    CHECK(status(one.get(id)) == "working");
    CHECK_FALSE(one.here.log().says("told to stop"));
    one.here.clock().pass(1h);
    CHECK(one.get(id).sentence() == no_such);
    one.release("done");
    CHECK(one.get(id).sentence() == no_such);
    CHECK(one.say("tasks/get", "x", R"("taskId":1)", one.here.ann).sentence() == no_such);
}

TEST_CASE("a working task whose time is over is cancelled when the next one comes") {
    client one;
    one.begin_task();
    one.here.clock().pass(1h);
    CHECK(one.call("at_once").text() == "at once");
    CHECK(one.here.log().will_say("told to stop"));
    one.release("done");
}

TEST_CASE("who does not know tasks cannot ask for them") {
    client one;
    for (const char* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
        const auto heard = one.say(method, "x", R"("taskId":"x")", one.here.ann, "{}");
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32021);
        CHECK(one.here.legacy(method, R"("taskId":"x")").error() == -32601);
    }
}

TEST_CASE("when there are too many tasks a call is an ordinary one") {
    client one;
    while (one.here.tasks().open(one.here.bob, one.here.room().get_executor())) {}
    auto call = one.begin("park");
    one.release("done");
    CHECK(call.ends().text() == "done");
}

TEST_CASE("a client that leaves before its call is a task has taken it back") {
    client one;
    auto call = one.begin("park");
    REQUIRE(one.here.log().will_say("parked"));
    call.leave();
    call.ends();
    one.here.room().call([] {});
    CHECK(one.here.log().says("told to stop"));
    one.release("done");
}

TEST_CASE("what a tool says of its progress is what its task is at") {
    client one;
    const auto id = one.begin_task();
    REQUIRE(one.here.log().will_say("parked"));
    CHECK(one.get(id).result().at("statusMessage").str() == "parked");
    one.release("speak");
    CHECK(one.get(id).result().at("statusMessage").str() == "speaking");
    one.release("failure");
    const auto failed = one.get_when_it_rests(id);
    CHECK(status(failed) == "failed");
    CHECK(failed.result().at("statusMessage").str() == "It is lost.");
}

TEST_CASE("a task is listened to from the acknowledgement to its end") {
    client one;
    const auto id = one.begin_task();
    REQUIRE(one.here.log().will_say("parked"));
    const auto other = one.begin_task();
    auto heard = one.listen(R"({"taskIds":[")" + id + R"(","nobody",")" + id + R"("],"toolsListChanged":true})",
                            one.here.ann);
    const auto first = heard.hears();
    CHECK(first.method() == "notifications/subscriptions/acknowledged");
    CHECK(first.params().at("notifications").text() == R"({"toolsListChanged":true,"taskIds":[")" + id + "\"]}");
    const auto standing = heard.hears();  // it has said what it is at
    CHECK(standing.params().at("statusMessage").str() == "parked");

    one.release("ask");
    const auto asks = heard.hears();
    CHECK(asks.method() == "notifications/tasks");
    CHECK(asks.params().at("taskId").str() == id);
    CHECK(asks.params().at("status").str() == "input_required");
    CHECK(asks.params().at("inputRequests").at("name").at("method").str() == "elicitation/create");
    CHECK(asks.params().at("_meta").at("io.modelcontextprotocol/subscriptionId").text() == "7");
    one.update(id, name_given("Ann"));
    CHECK(heard.hears().params().at("status").str() == "working");
    const auto done = heard.hears();
    CHECK(done.params().at("status").str() == "completed");
    CHECK(done.params().at("result").at("content").at(0).at("text").str() == "Hello, Ann");
    one.about("cancel", other, one.here.ann);
    one.here.notifier().end_all();
    CHECK(heard.ends().notices.empty());
}

TEST_CASE("a task of somebody else's is not listened to, and is no other answer than one that never was") {
    client one;
    const auto id = one.begin_task();
    auto others = one.listen(R"({"taskIds":[")" + id + "\"]}", one.here.bob);
    CHECK(others.hears().params().at("notifications").text() == "{}");
    one.release("done");
    one.get_when_it_rests(id);
    one.here.notifier().end_all();
    CHECK(others.ends().notices.empty());
}

TEST_CASE("who does not know tasks cannot listen to them") {
    client one;
    for (const char* ids : {"[]", R"(["x"])", "null"}) {
        const auto heard =
            one.listen(R"({"taskIds":)" + std::string(ids) + "}", one.here.ann, R"({"elicitation":{}})").ends();
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32021);
        CHECK(heard.data().text() == R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})");
    }
}

TEST_CASE("tasks to listen to are an array of strings, and not too many") {
    client one;
    std::string many = "[\"x\"";
    for (int i = 0; i < 100; ++i) many += ",\"x\"";
    for (const auto& odd : {std::string("null"), std::string("\"x\""), std::string("{}"), std::string("[1]"),
                            std::string("[\"x\",null]"), many + "]"}) {
        const auto heard = one.listen(R"({"taskIds":)" + odd + "}", one.here.ann).ends();
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "taskIds must be an array of at most 100 ids of tasks.");
    }
}
