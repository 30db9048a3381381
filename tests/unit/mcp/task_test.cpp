#include "mcp/task.hpp"

#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catch.hpp"
#include "collecting_outlet.hpp"
#include "principals.hpp"
#include "set_clock.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using mcp::task;

namespace {

struct task_fixture {
    test::captured_log log;
    test::io_fixture io;
    test::set_clock clock;
    const identity::principal ann = test::principal_named("ann", io, log);
    const identity::principal ann_with_another_token = test::principal_named("ann", io, log, R"(["a:b"])");
    const identity::principal bob = test::principal_named("bob", io, log);
    mcp::tasks tasks{clock};

    std::shared_ptr<task> open() { return tasks.open(ann, io.get_executor()); }

    static std::string description(const task& one) { return "{" + one.members(true) + "}"; }
    static std::string status(const task& one) {
        const auto text = description(one);
        CHECK_FALSE(wire::check_json(text));
        return json::value(text).at("status").str();
    }
    static std::string member(const task& one, const char* name) {
        const auto text = description(one);
        const auto found = json::value(text).find(name);
        return found ? std::string(found->text()) : "none";
    }
    void deliver_input(task& to, const std::string& responses) {
        to.deliver_input(json::value(responses));
        io.call([] {});
    }
};

// A task that waits for input, and the responses that it gets.
class input_wait {
public:
    input_wait(task_fixture& fixture, task& by, std::string requests) : by_(by), requests_(std::move(requests)) {
        end_ = fixture.io.spawned(
            [this]() -> awaitable<void> { responses_ = co_await by_.request_input(json::value(requests_)); });
        fixture.io.call([] {});
    }
    ~input_wait() {
        by_.cancel();
        end_.wait();
    }
    std::string responses() {
        if (end_.wait_for(20s) != std::future_status::ready) return "still waiting";
        return responses_.value_or("none");
    }
    bool is_waiting() { return end_.wait_for(0s) != std::future_status::ready; }

private:
    task& by_;
    const std::string requests_;
    std::future<void> end_;
    std::optional<std::string> responses_;
};

// A follower, and the status and message of each notification that it got.
class follower {
public:
    explicit follower(task_fixture& fixture) : io_(fixture.io), to_(fixture.io, wire::mirrored{}) {}
    ~follower() { close(); }
    follower(const follower&) = delete;
    follower& operator=(const follower&) = delete;

    void follow(task& which, const std::string& subscription = "7") {
        io_.call([&] { which.follow(queue_, subscription); });
    }
    void close() {
        io_.call([this] { queue_->close(); });
    }
    std::vector<std::string> changes() {
        io_.call([] {});
        std::vector<std::string> all;
        for (const auto& text : to_.notices) {
            CHECK_FALSE(wire::check_json(text));
            const auto params = json::value(text).at("params");
            const auto message = params.find("statusMessage");
            all.push_back(params.at("status").str() + (message ? ": " + message->str() : ""));
        }
        return all;
    }
    std::string last() { return to_.notices.back(); }

private:
    test::io_fixture& io_;
    test::collecting_outlet to_;
    const std::shared_ptr<mcp::stream_queue> queue_ =
        io_.call([this] { return std::make_shared<mcp::stream_queue>(to_); });
};

using words = std::vector<std::string>;

const std::string two_requests = R"({"a":{"method":"roots/list"},"b\u0031":{"method":"x"}})";

}  // namespace

TEST_CASE("a new task is working, and has its creation time and its lifetime") {
    task_fixture fixture;
    const auto one = fixture.open();
    const auto text = task_fixture::description(*one);
    CHECK(text == R"({"taskId":")" + one->id() +
                      R"(","status":"working",)"
                      R"("createdAt":"2027-01-15T08:00:00Z","lastUpdatedAt":"2027-01-15T08:00:00Z",)"
                      R"("ttlMs":3600000,"pollIntervalMs":500})");
    CHECK(one->id().size() == 24);
    CHECK(fixture.open()->id() != one->id());
}

TEST_CASE("an ended task keeps its outcome and the time of its end") {
    task_fixture fixture;
    const auto good = fixture.open(), bad = fixture.open(), gone = fixture.open();
    fixture.clock.pass(90s);
    good->complete(R"({"content":[]})");
    bad->fail(R"({"code":1,"message":"No."})");
    gone->cancel();
    CHECK(task_fixture::status(*good) == "completed");
    CHECK(task_fixture::member(*good, "result") == R"({"content":[]})");
    CHECK(task_fixture::status(*bad) == "failed");
    CHECK(task_fixture::member(*bad, "error") == R"({"code":1,"message":"No."})");
    CHECK(task_fixture::status(*gone) == "cancelled");
    for (const auto& one : {good, bad, gone}) {
        CHECK(task_fixture::member(*one, "createdAt") == "\"2027-01-15T08:00:00Z\"");
        CHECK(task_fixture::member(*one, "lastUpdatedAt") == "\"2027-01-15T08:01:30Z\"");
        CHECK(one->members(false).find("result") == std::string::npos);
        CHECK(one->members(false).find("error") == std::string::npos);
    }
}

TEST_CASE("an ended task does not change") {
    task_fixture fixture;
    const auto end = [](task& one, int how) {
        if (how == 0) one.complete("{}");
        if (how == 1) one.fail("{}");
        if (how == 2) one.cancel();
    };
    for (int first = 0; first < 3; ++first) {
        const auto one = fixture.open();
        end(*one, first);
        const auto before = task_fixture::description(*one);
        fixture.clock.pass(1s);
        for (int then = 0; then < 3; ++then) end(*one, then);
        one->deliver_input(json::value(R"({"a":1})"));
        CHECK(task_fixture::description(*one) == before);
        CHECK(one->is_cancelled() == (first == 2));
    }
}

TEST_CASE("an input request is shown until it is answered") {
    task_fixture fixture;
    const auto one = fixture.open();
    input_wait question(fixture, *one, two_requests);
    CHECK(task_fixture::status(*one) == "input_required");
    CHECK(task_fixture::member(*one, "inputRequests") == R"({"a":{"method":"roots/list"},"b1":{"method":"x"}})");
    fixture.clock.pass(5s);
    fixture.deliver_input(*one, R"({"c":0,"\u0061":{"x":1},"A":2})");
    CHECK(question.is_waiting());
    CHECK(task_fixture::member(*one, "inputRequests") == R"({"b1":{"method":"x"}})");
    CHECK(task_fixture::member(*one, "lastUpdatedAt") == "\"2027-01-15T08:00:05Z\"");
    fixture.deliver_input(*one, R"({"a":{"forged":1}})");
    fixture.deliver_input(*one, R"({"b1":[2]})");
    CHECK(question.responses() == R"({"a":{"x":1},"b1":[2]})");
    CHECK(task_fixture::status(*one) == "working");
    CHECK(task_fixture::member(*one, "inputRequests") == "none");
}

TEST_CASE("a task that is cancelled while it waits for input gets no responses") {
    task_fixture fixture;
    const auto one = fixture.open();
    input_wait question(fixture, *one, two_requests);
    one->cancel();
    CHECK(question.responses() == "none");
    CHECK(task_fixture::status(*one) == "cancelled");
    CHECK(task_fixture::member(*one, "inputRequests") == "none");
}

TEST_CASE("an ended task requests no input") {
    task_fixture fixture;
    const auto one = fixture.open();
    one->cancel();
    CHECK(input_wait(fixture, *one, two_requests).responses() == "none");
}

TEST_CASE("responses to a task that waits for no input are dropped") {
    task_fixture fixture;
    const auto one = fixture.open();
    fixture.deliver_input(*one, R"({"a":1})");
    CHECK(task_fixture::status(*one) == "working");
    input_wait question(fixture, *one, R"({"a":{}})");
    fixture.deliver_input(*one, R"({"a":2})");
    CHECK(question.responses() == R"({"a":2})");
}

TEST_CASE("the cancellation callback runs once, on the task's thread") {
    task_fixture fixture;
    const auto one = fixture.open();
    int response = 0;
    fixture.io.call([&] { one->on_cancelled([&] { ++response; }); });
    one->cancel();
    one->cancel();
    fixture.io.call([] {});
    CHECK(response == 1);
    const auto done = fixture.open();
    fixture.io.call([&] { done->on_cancelled([&] { ++response; }); });
    done->complete("{}");
    done->cancel();
    fixture.io.call([] {});
    CHECK(response == 1);
}

TEST_CASE("a call that is answered in time is not a task") {
    task_fixture fixture;
    const auto one = fixture.open();
    fixture.io.call([&] { one->set_early_answer({plugin::answer::kind::done, "x"}); });
    const auto early = fixture.io.run([&] { return one->wait_for_early_answer(1h); });
    REQUIRE(early);
    CHECK(early->json == "x");
    CHECK_FALSE(one->is_announced());
}

TEST_CASE("a call that is not answered in time is a task") {
    task_fixture fixture;
    const auto one = fixture.open();
    CHECK_FALSE(fixture.io.run([&] { return one->wait_for_early_answer(1ms); }));
    CHECK(one->is_announced());
}

TEST_CASE("a task is found by its principal, with any token, and by no other") {
    task_fixture fixture;
    const auto one = fixture.open();
    CHECK(fixture.tasks.find(one->id(), fixture.ann) == one);
    CHECK(fixture.tasks.find(one->id(), fixture.ann_with_another_token) == one);
    CHECK_FALSE(fixture.tasks.find(one->id(), fixture.bob));
    for (const auto& invalid : {std::string(), one->id() + "x", one->id().substr(1)})
        CHECK_FALSE(fixture.tasks.find(invalid, fixture.ann));
    fixture.tasks.remove(*one);
    CHECK_FALSE(fixture.tasks.find(one->id(), fixture.ann));
}

TEST_CASE("a task is kept for an hour from its start, done or not") {
    task_fixture fixture;
    const auto working = fixture.open(), done = fixture.open();
    fixture.clock.pass(59min);
    done->complete("{}");
    CHECK(fixture.tasks.find(done->id(), fixture.ann));
    fixture.clock.pass(1min - 1ms);
    CHECK(fixture.tasks.find(working->id(), fixture.ann));
    fixture.clock.pass(1ms);
    CHECK_FALSE(fixture.tasks.find(working->id(), fixture.ann));
    CHECK_FALSE(fixture.tasks.find(done->id(), fixture.ann));
    CHECK_FALSE(working->is_cancelled());
    fixture.open();  // removes expired tasks
    CHECK(working->is_cancelled());
    CHECK(task_fixture::status(*done) == "completed");
}

TEST_CASE("setting the wall clock neither ends nor keeps a task") {
    task_fixture fixture;
    const auto one = fixture.open();
    const auto then = fixture.clock.now();
    fixture.clock.set(then + 24h);
    CHECK(fixture.tasks.find(one->id(), fixture.ann));
    fixture.clock.set(then - 24h);
    fixture.clock.pass(1h);
    CHECK_FALSE(fixture.tasks.find(one->id(), fixture.ann));
}

TEST_CASE("there are at most 10,000 tasks, and an ended one of the principal with the most makes room") {
    task_fixture fixture;
    const auto open = [&](const identity::principal& who) {
        return fixture.tasks.open(who, fixture.io.get_executor());
    };
    std::vector<std::shared_ptr<task>> first;  // of each principal
    for (int i = 0; i <= 10; ++i) {
        const auto who = test::principal_named("p" + std::to_string(i), fixture.io, fixture.log);
        first.push_back(open(who));
        for (int n = 1; n < (i == 0 ? 1000 : 900); ++n) REQUIRE(open(who));
    }
    CHECK(fixture.tasks.size() == 10'000);
    CHECK_FALSE(fixture.open());
    first[1]->complete("{}");
    CHECK_FALSE(fixture.open());
    first[0]->complete("{}");
    CHECK(fixture.open());
    CHECK(fixture.tasks.find(first[1]->id(), first[1]->owner()));
    CHECK_FALSE(fixture.tasks.find(first[0]->id(), first[0]->owner()));
    CHECK_FALSE(fixture.open());
}

TEST_CASE("expired tasks make room") {
    task_fixture fixture;
    while (fixture.open()) {
    }
    fixture.clock.pass(1h);
    CHECK(fixture.open());
    CHECK(fixture.tasks.size() == 1);
}

TEST_CASE("the status message is shown until it changes, and a failed task has its error message") {
    task_fixture fixture;
    const auto one = fixture.open(), asks = fixture.open(), other = fixture.open();
    one->set_status_message("Copying \"a\"\n");
    CHECK(task_fixture::member(*one, "statusMessage") == R"("Copying \"a\"\\x0a")");
    CHECK(one->members(false).find("Copying") != std::string::npos);
    one->set_status_message(std::string(10'000, 'x'));
    CHECK(task_fixture::member(*one, "statusMessage").starts_with("\"xxx"));
    CHECK(task_fixture::member(*one, "statusMessage").size() < 600);
    one->complete("{}");
    one->set_status_message("Done, and still talking.");
    CHECK(task_fixture::member(*one, "statusMessage") == "none");
    other->fail(R"({"code":1,"message":"No."})");
    CHECK(task_fixture::member(*other, "statusMessage") == "\"No.\"");

    asks->set_status_message("Looking.");
    input_wait question(fixture, *asks, R"({"a":{}})");
    CHECK(task_fixture::member(*asks, "statusMessage") == "none");
    asks->set_status_message("It waits, and talks all the same.");
    CHECK(task_fixture::member(*asks, "statusMessage") == "none");
}

TEST_CASE("a follower gets every change in order, with the members that tasks/get returns") {
    task_fixture fixture;
    follower who(fixture);
    const auto one = fixture.open();
    who.follow(*one, R"("a \u0062")");
    CHECK(who.changes().empty());
    one->set_status_message("half");
    {
        input_wait question(fixture, *one, two_requests);
        fixture.deliver_input(*one, R"({"a":1})");
        fixture.deliver_input(*one, R"({"b1":1})");
        question.responses();
    }
    CHECK(who.changes() == words{"working: half", "input_required", "input_required", "working", "cancelled"});
    one->complete("{}");
    CHECK(who.changes().size() == 5);
    CHECK(who.last() == R"({"jsonrpc":"2.0","method":"notifications/tasks","params":{"_meta":)"
                        R"({"io.modelcontextprotocol/subscriptionId":"a \u0062"},)" +
                            one->members(true) + "}}");
}

TEST_CASE("a new follower gets the state at once, unless the task is working without a message") {
    task_fixture fixture;
    follower who(fixture);
    const auto working = fixture.open(), busy = fixture.open(), done = fixture.open(), failed = fixture.open(),
               asks = fixture.open();
    busy->set_status_message("busy");
    done->complete(R"({"content":[]})");
    failed->fail(R"({"code":1,"message":"No."})");
    input_wait question(fixture, *asks, R"({"a":{}})");
    for (const auto& one : {working, busy, done, failed, asks}) who.follow(*one);
    CHECK(who.changes() == words{"working: busy", "completed", "failed: No.", "input_required"});
}

TEST_CASE("each follower gets changes with its own subscription id, and a closed one gets none") {
    task_fixture fixture;
    follower first(fixture), second(fixture), gone(fixture);
    const auto one = fixture.open();
    first.follow(*one, "1");
    second.follow(*one, "2");
    gone.follow(*one, "3");
    gone.close();
    one->complete("{}");
    CHECK(first.changes() == words{"completed"});
    CHECK(second.changes() == words{"completed"});
    CHECK(gone.changes().empty());
    CHECK(first.last().find(R"(subscriptionId":1})") != std::string::npos);
    CHECK(second.last().find(R"(subscriptionId":2})") != std::string::npos);
}

TEST_CASE("a task drops closed followers") {
    task_fixture fixture;
    const auto one = fixture.open();
    std::weak_ptr<mcp::stream_queue> last;
    test::collecting_outlet to(fixture.io, wire::mirrored{});
    for (int i = 0; i < 2; ++i)
        fixture.io.call([&] {
            const auto queue = std::make_shared<mcp::stream_queue>(to);
            one->follow(queue, "7");
            queue->close();
            if (i == 0) last = queue;
        });
    CHECK(last.expired());
}

TEST_CASE("one principal may have a tenth of all tasks") {
    task_fixture fixture;
    std::vector<std::shared_ptr<task>> all;
    while (auto one = fixture.open()) all.push_back(std::move(one));
    CHECK(all.size() == 1000);
    CHECK(fixture.tasks.open(fixture.bob, fixture.io.get_executor()));
    fixture.tasks.remove(*all.front());
    CHECK(fixture.open());
    CHECK_FALSE(fixture.open());
}

TEST_CASE("a task expires when the outcomes of its principal use too much memory, the oldest first") {
    task_fixture fixture;
    const auto held = std::make_shared<mcp::held_bytes>(10'000, 1000);
    mcp::tasks tasks(fixture.clock, held);
    const auto open = [&](const identity::principal& who) { return tasks.open(who, fixture.io.get_executor()); };
    const auto of_bob = open(fixture.bob), first = open(fixture.ann), second = open(fixture.ann);
    of_bob->complete(std::string(600, 'x'));
    first->complete(std::string(600, 'x'));
    CHECK(tasks.find(first->id(), fixture.ann));
    second->fail(R"({"code":-32603,"message":")" + std::string(600, 'x') + "\"}");
    CHECK_FALSE(tasks.find(first->id(), fixture.ann));
    CHECK(tasks.find(second->id(), fixture.ann));
    CHECK(tasks.find(of_bob->id(), fixture.bob));
    CHECK(held->total() < 1300);
}
