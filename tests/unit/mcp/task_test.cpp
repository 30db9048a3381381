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

struct workshop {
    test::captured_log log;
    test::io_room room;
    test::set_clock clock;
    const identity::principal ann = test::principal_named("ann", room, log);
    const identity::principal ann_with_another_token = test::principal_named("ann", room, log, R"(["a:b"])");
    const identity::principal bob = test::principal_named("bob", room, log);
    mcp::tasks tasks{clock};

    std::shared_ptr<task> open() { return tasks.open(ann, room.get_executor()); }

    // What a task answers about itself.
    static std::string shown(const task& one) { return "{" + one.members(true) + "}"; }
    static std::string status(const task& one) {
        const auto text = shown(one);
        CHECK_FALSE(wire::check_json(text));
        return json::value(text).at("status").str();
    }
    static std::string member(const task& one, const char* name) {
        const auto text = shown(one);
        const auto found = json::value(text).find(name);
        return found ? std::string(found->text()) : "nothing";
    }
    void give(task& to, const std::string& responses) {
        to.give(json::value(responses));
        room.call([] {});
    }
};

// A task that asks, and what comes of it.
class asking {
public:
    asking(workshop& in, task& by, std::string requests) : by_(by), requests_(std::move(requests)) {
        over_ = in.room.spawned([this]() -> awaitable<void> { said_ = co_await by_.ask(json::value(requests_)); });
        in.room.call([] {});
    }
    ~asking() {
        by_.cancel();
        over_.wait();
    }
    std::string comes_to() {
        if (over_.wait_for(20s) != std::future_status::ready) return "still asking";
        return said_.value_or("nothing");
    }
    bool is_open() { return over_.wait_for(0s) != std::future_status::ready; }

private:
    task& by_;
    const std::string requests_;
    std::future<void> over_;
    std::optional<std::string> said_;
};

// Somebody who listens, and what they were told: the members that tell one notification from the next.
class listener {
public:
    explicit listener(workshop& in) : room_(in.room), to_(in.room, wire::mirrored{}) {}
    ~listener() { leave(); }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    void follow(task& which, const std::string& subscription = "7") {
        room_.call([&] { which.follow(box_, subscription); });
    }
    void leave() {
        room_.call([this] { box_->close(); });
    }
    std::vector<std::string> heard() {
        room_.call([] {});
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
    test::io_room& room_;
    test::collecting_outlet to_;
    const std::shared_ptr<mcp::stream_queue> box_ = room_.call([this] { return std::make_shared<mcp::stream_queue>(to_); });
};

using words = std::vector<std::string>;

const std::string two_questions = R"({"a":{"method":"roots/list"},"b\u0031":{"method":"x"}})";

}  // namespace

TEST_CASE("a new task is working, and says since when and for how long it is kept") {
    workshop in;
    const auto one = in.open();
    const auto text = workshop::shown(*one);
    CHECK(text == R"({"taskId":")" + one->id() +
                      R"(","status":"working",)"
                      R"("createdAt":"2027-01-15T08:00:00Z","lastUpdatedAt":"2027-01-15T08:00:00Z",)"
                      R"("ttlMs":3600000,"pollIntervalMs":500})");
    CHECK(one->id().size() == 24);
    CHECK(in.open()->id() != one->id());
}

TEST_CASE("a task that ended keeps what came of it, and when") {
    workshop in;
    const auto good = in.open(), bad = in.open(), gone = in.open();
    in.clock.pass(90s);
    good->complete(R"({"content":[]})");
    bad->fail(R"({"code":1,"message":"No."})");
    gone->cancel();
    CHECK(workshop::status(*good) == "completed");
    CHECK(workshop::member(*good, "result") == R"({"content":[]})");
    CHECK(workshop::status(*bad) == "failed");
    CHECK(workshop::member(*bad, "error") == R"({"code":1,"message":"No."})");
    CHECK(workshop::status(*gone) == "cancelled");
    for (const auto& one : {good, bad, gone}) {
        CHECK(workshop::member(*one, "createdAt") == "\"2027-01-15T08:00:00Z\"");
        CHECK(workshop::member(*one, "lastUpdatedAt") == "\"2027-01-15T08:01:30Z\"");
        CHECK(one->members(false).find("result") == std::string::npos);
        CHECK(one->members(false).find("error") == std::string::npos);
    }
}

TEST_CASE("what has ended stays as it is") {
    workshop in;
    const auto end = [](task& one, int how) {
        if (how == 0) one.complete("{}");
        if (how == 1) one.fail("{}");
        if (how == 2) one.cancel();
    };
    for (int first = 0; first < 3; ++first) {
        const auto one = in.open();
        end(*one, first);
        const auto before = workshop::shown(*one);
        in.clock.pass(1s);
        for (int then = 0; then < 3; ++then) end(*one, then);
        one->give(json::value(R"({"a":1})"));
        CHECK(workshop::shown(*one) == before);
        CHECK(one->is_cancelled() == (first == 2));
    }
}

TEST_CASE("what a task asks is shown until it is answered, answer by answer") {
    workshop in;
    const auto one = in.open();
    asking question(in, *one, two_questions);
    CHECK(workshop::status(*one) == "input_required");
    CHECK(workshop::member(*one, "inputRequests") == R"({"a":{"method":"roots/list"},"b1":{"method":"x"}})");
    in.clock.pass(5s);
    in.give(*one, R"({"c":0,"\u0061":{"x":1},"A":2})");
    CHECK(question.is_open());
    CHECK(workshop::member(*one, "inputRequests") == R"({"b1":{"method":"x"}})");
    CHECK(workshop::member(*one, "lastUpdatedAt") == "\"2027-01-15T08:00:05Z\"");
    in.give(*one, R"({"a":{"forged":1}})");
    in.give(*one, R"({"b1":[2]})");
    CHECK(question.comes_to() == R"({"a":{"x":1},"b1":[2]})");
    CHECK(workshop::status(*one) == "working");
    CHECK(workshop::member(*one, "inputRequests") == "nothing");
}

TEST_CASE("a task that is cancelled while it asks gets no answers") {
    workshop in;
    const auto one = in.open();
    asking question(in, *one, two_questions);
    one->cancel();
    CHECK(question.comes_to() == "nothing");
    CHECK(workshop::status(*one) == "cancelled");
    CHECK(workshop::member(*one, "inputRequests") == "nothing");
}

TEST_CASE("a task that has ended asks nothing") {
    workshop in;
    const auto one = in.open();
    one->cancel();
    CHECK(asking(in, *one, two_questions).comes_to() == "nothing");
}

TEST_CASE("answers to a task that asks nothing are dropped") {
    workshop in;
    const auto one = in.open();
    in.give(*one, R"({"a":1})");
    CHECK(workshop::status(*one) == "working");
    asking question(in, *one, R"({"a":{}})");
    in.give(*one, R"({"a":2})");
    CHECK(question.comes_to() == R"({"a":2})");
}

TEST_CASE("who wants to know of a cancellation hears of it once, at home") {
    workshop in;
    const auto one = in.open();
    int heard = 0;
    in.room.call([&] { one->on_cancelled([&] { ++heard; }); });
    one->cancel();
    one->cancel();
    in.room.call([] {});
    CHECK(heard == 1);
    const auto done = in.open();
    in.room.call([&] { done->on_cancelled([&] { ++heard; }); });
    done->complete("{}");
    done->cancel();
    in.room.call([] {});
    CHECK(heard == 1);
}

TEST_CASE("a call that is answered in time is no task") {
    workshop in;
    const auto one = in.open();
    in.room.call([&] { one->answer_early({plugin::answer::kind::done, "x"}); });
    const auto early = in.room.run([&] { return one->become(1h); });
    REQUIRE(early);
    CHECK(early->json == "x");
    CHECK_FALSE(one->is_announced());
}

TEST_CASE("a call that is not answered in time is a task") {
    workshop in;
    const auto one = in.open();
    CHECK_FALSE(in.room.run([&] { return one->become(1ms); }));
    CHECK(one->is_announced());
}

TEST_CASE("a task is found by who began it, whatever token they show, and by nobody else") {
    workshop in;
    const auto one = in.open();
    CHECK(in.tasks.find(one->id(), in.ann) == one);
    CHECK(in.tasks.find(one->id(), in.ann_with_another_token) == one);
    CHECK_FALSE(in.tasks.find(one->id(), in.bob));
    for (const auto& odd : {std::string(), one->id() + "x", one->id().substr(1)})
        CHECK_FALSE(in.tasks.find(odd, in.ann));
    in.tasks.forget(*one);
    CHECK_FALSE(in.tasks.find(one->id(), in.ann));
}

TEST_CASE("a task is kept for an hour from its beginning, done or not") {
    workshop in;
    const auto working = in.open(), done = in.open();
    in.clock.pass(59min);
    done->complete("{}");
    CHECK(in.tasks.find(done->id(), in.ann));
    in.clock.pass(1min - 1ms);
    CHECK(in.tasks.find(working->id(), in.ann));
    in.clock.pass(1ms);
    CHECK_FALSE(in.tasks.find(working->id(), in.ann));
    CHECK_FALSE(in.tasks.find(done->id(), in.ann));
    CHECK_FALSE(working->is_cancelled());
    in.open();  // who comes next clears away what is over
    CHECK(working->is_cancelled());
    CHECK(workshop::status(*done) == "completed");
}

TEST_CASE("somebody who sets the clock ends no task, and keeps none alive") {
    workshop in;
    const auto one = in.open();
    const auto then = in.clock.now();
    in.clock.set(then + 24h);
    CHECK(in.tasks.find(one->id(), in.ann));
    in.clock.set(then - 24h);
    in.clock.pass(1h);
    CHECK_FALSE(in.tasks.find(one->id(), in.ann));
}

TEST_CASE("there are only so many tasks at once, and room again when their time is over") {
    workshop in;
    std::shared_ptr<task> last;
    for (int i = 0; i < 10'000; ++i) last = in.open();
    REQUIRE(last);
    CHECK_FALSE(in.open());
    in.tasks.forget(*last);
    CHECK(in.open());
    CHECK_FALSE(in.open());
    in.clock.pass(1h);
    CHECK(in.open());
}

TEST_CASE("what a task is at is told until it is at something else, and why it failed") {
    workshop in;
    const auto one = in.open(), asks = in.open(), other = in.open();
    one->say("Copying \"a\"\n");
    CHECK(workshop::member(*one, "statusMessage") == R"("Copying \"a\"\\x0a")");
    CHECK(one->members(false).find("Copying") != std::string::npos);
    one->say(std::string(10'000, 'x'));
    CHECK(workshop::member(*one, "statusMessage").starts_with("\"xxx"));
    CHECK(workshop::member(*one, "statusMessage").size() < 600);
    one->complete("{}");
    one->say("Done, and still talking.");
    CHECK(workshop::member(*one, "statusMessage") == "nothing");
    other->fail(R"({"code":1,"message":"No."})");
    CHECK(workshop::member(*other, "statusMessage") == "\"No.\"");

    asks->say("Looking.");
    asking question(in, *asks, R"({"a":{}})");
    CHECK(workshop::member(*asks, "statusMessage") == "nothing");
    asks->say("It waits, and talks all the same.");
    CHECK(workshop::member(*asks, "statusMessage") == "nothing");
}

TEST_CASE("who follows a task is told of every change in order, each as the task would answer itself") {
    workshop in;
    listener who(in);
    const auto one = in.open();
    who.follow(*one, R"("a \u0062")");
    CHECK(who.heard().empty());
    one->say("half");
    {
        asking question(in, *one, two_questions);
        in.give(*one, R"({"a":1})");
        in.give(*one, R"({"b1":1})");
        question.comes_to();
    }
    CHECK(who.heard() == words{"working: half", "input_required", "input_required", "working", "cancelled"});
    one->complete("{}");
    CHECK(who.heard().size() == 5);
    CHECK(who.last() == R"({"jsonrpc":"2.0","method":"notifications/tasks","params":{"_meta":)"
                        R"({"io.modelcontextprotocol/subscriptionId":"a \u0062"},)" +
                            one->members(true) + "}}");
}

TEST_CASE("who comes late is told at once how a task stands, when it does more than work") {
    workshop in;
    listener who(in);
    const auto working = in.open(), busy = in.open(), done = in.open(), failed = in.open(), asks = in.open();
    busy->say("busy");
    done->complete(R"({"content":[]})");
    failed->fail(R"({"code":1,"message":"No."})");
    asking question(in, *asks, R"({"a":{}})");
    for (const auto& one : {working, busy, done, failed, asks}) who.follow(*one);
    CHECK(who.heard() == words{"working: busy", "completed", "failed: No.", "input_required"});
}

TEST_CASE("each of several listeners is told under its own id, and who left is not") {
    workshop in;
    listener first(in), second(in), gone(in);
    const auto one = in.open();
    first.follow(*one, "1");
    second.follow(*one, "2");
    gone.follow(*one, "3");
    gone.leave();
    one->complete("{}");
    CHECK(first.heard() == words{"completed"});
    CHECK(second.heard() == words{"completed"});
    CHECK(gone.heard().empty());
    CHECK(first.last().find(R"(subscriptionId":1})") != std::string::npos);
    CHECK(second.last().find(R"(subscriptionId":2})") != std::string::npos);
}

TEST_CASE("a task keeps nobody who no longer listens") {
    workshop in;
    const auto one = in.open();
    std::weak_ptr<mcp::stream_queue> last;
    test::collecting_outlet to(in.room, wire::mirrored{});
    for (int i = 0; i < 2; ++i)
        in.room.call([&] {
            const auto box = std::make_shared<mcp::stream_queue>(to);
            one->follow(box, "7");
            box->close();
            if (i == 0) last = box;
        });
    CHECK(last.expired());
}
