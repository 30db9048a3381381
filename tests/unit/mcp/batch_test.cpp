// Batches: several messages in one body, in a session of 2025-03-26.
#include <string>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using test::office;

namespace {

struct caller {
    explicit caller(const std::vector<test::mount>& mounts = test::tools_only) : here(mounts) {}

    test::heard say(const std::string& body, const std::optional<std::string>& in, const identity::principal& who) {
        test::collecting_outlet to(here.room(), wire::mirrored{}, in);
        here.room().run([&] { return here.server().answer_batch(body, limits, who, to); });
        REQUIRE(to.answer);
        CHECK_FALSE(to.wants_to_know());
        if (!to.answer->json.empty()) CHECK_FALSE(wire::check_json(to.answer->json));
        CHECK(to.answer->json.find_first_of("\r\n") == std::string::npos);
        test::heard all;
        all.status = to.answer->status;
        all.json = to.answer->json;
        all.notices = to.notices;
        return all;
    }
    test::heard say(const std::string& body) { return say(body, session, here.ann); }

    office here;
    const wire::json_limits limits;
    const std::string session = here.begin_session("2025-03-26");
};

std::string request(const std::string& id, const std::string& method, const std::string& params = "{}") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" + params + "}";
}
std::string echo(const std::string& id, const std::string& text) {
    return request(id, "tools/call", R"({"name":"echo","arguments":{"text":")" + text + R"("}})");
}

constexpr auto notification = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
constexpr auto response = R"({"jsonrpc":"2.0","id":1,"result":{}})";
constexpr auto not_here = "A batch of messages is not accepted here. Send each message by itself.";

// The code of the error that answers, 0 when it is none.
long code(const json::value& answer) {
    const auto error = answer.find("error");
    return error ? static_cast<long>(error->at("code").i64()) : 0;
}

}  // namespace

TEST_CASE("every request of a batch is answered, in one array and in order") {
    caller one;
    const auto heard =
        one.say("[" + request("1", "ping") + "," + echo("\"two\"", "hello") + "," + request("3", "tools/list") + "]");
    CHECK(heard.status == 200);
    const auto all = heard.reply();
    REQUIRE(all.size() == 3);
    CHECK(all.at(0).text() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
    CHECK(all.at(1).at("id").text() == "\"two\"");
    CHECK(all.at(1).at("result").at("content").at(0).at("text").str() == "hello");
    CHECK(all.at(2).at("id").i64() == 3);
    CHECK(all.at(2).at("result").at("tools").size() > 0);
}

TEST_CASE("what needs no answer gets none, beside what does") {
    caller one;
    const auto heard =
        one.say(std::string("[") + notification + "," + echo("1", "a") + "," + response + "," + notification + "]");
    CHECK(heard.reply().size() == 1);
    CHECK(heard.reply().at(0).at("id").i64() == 1);
}

TEST_CASE("a batch of nothing but notifications and responses is taken without a word") {
    caller one;
    const std::string begin = R"({"jsonrpc":"2.0","method":"initialize","params":{"protocolVersion":"2025-03-26"}})";
    for (const auto& body : {std::string("[") + notification + "]",
                             std::string("[") + response + "," + notification + "]", "[" + begin + "]"}) {
        CAPTURE(body);
        const auto heard = one.say(body);
        CHECK(heard.status == 202);
        CHECK(heard.json.empty());
    }
}

TEST_CASE("one message that is wrong is answered in its place, and the others are not harmed") {
    caller one;
    for (const std::string& odd : {std::string("1"), std::string("{}"), std::string("null"),
                                   std::string(R"({"jsonrpc":"2.0","id":2})"), std::string("[]"),
                                   "[" + request("2", "ping") + "]", std::string(R"({"id":2,"method":"ping"})")}) {
        CAPTURE(odd);
        const auto heard = one.say("[" + echo("1", "a") + "," + odd + "," + echo("3", "c") + "]");
        CHECK(heard.status == 200);
        const auto all = heard.reply();
        REQUIRE(all.size() == 3);
        CHECK(code(all.at(0)) == 0);
        CHECK(code(all.at(1)) == -32600);
        CHECK(code(all.at(2)) == 0);
    }
    const auto unknown = one.say("[" + request("1", "no/such") + "," + echo("2", "b") + "]");
    CHECK(code(unknown.reply().at(0)) == -32601);
    CHECK(code(unknown.reply().at(1)) == 0);
}

TEST_CASE("initialize cannot be part of a batch") {
    caller one;
    const auto before = one.here.sessions().size();
    const auto heard = one.say("[" + request("1", "initialize", R"({"protocolVersion":"2025-03-26"})") + "]");
    CHECK(code(heard.reply().at(0)) == -32600);
    CHECK(heard.reply().at(0).at("error").at("message").str() == "initialize cannot be part of a batch.");
    CHECK(one.here.sessions().size() == before);
}

TEST_CASE("what a tool says before its answer has no place in a batch") {
    caller one;
    const auto heard = one.say(
        "[" + request("1", "tools/call", R"({"name":"mis_notifies","_meta":{"progressToken":1}})") + "," +
        echo("2", "b") + "]");
    CHECK(heard.notices.empty());
    REQUIRE(heard.reply().size() == 2);
    CHECK(heard.reply().at(0).at("result").at("content").at(0).at("text").str() == "notified");
}

TEST_CASE("a tool that asks from within a batch is told that it cannot") {
    caller one({test::questions});
    const auto session = one.here.begin_session("2025-03-26", R"(,"capabilities":{"roots":{}})");
    const auto arguments = R"({"requests":{"a":{"method":"roots/list","params":{}}}})";
    const auto heard =
        one.say("[" + request("1", "tools/call", R"({"name":"ask","arguments":)" + std::string(arguments) + "}") + "]",
                session, one.here.ann);
    CHECK(heard.reply().at(0).at("result").at("content").at(0).at("text").str() ==
          "The tool \"ask\" needs input from the client, which can be asked only in a session, on a stream.");
}

TEST_CASE("a modern request is not answered within a batch") {
    caller one;
    const auto heard = one.say("[" + office::modern_body("tools/list") + "]");
    CHECK(code(heard.reply().at(0)) != 0);
}

TEST_CASE("only a session of 2025-03-26 may send a batch") {
    caller one;
    const auto body = "[" + request("1", "ping") + "]";
    const std::vector<std::optional<std::string>> others{std::nullopt, one.here.begin_session("2025-06-18"),
                                                         one.here.begin_session("2025-11-25")};
    for (const auto& session : others) {
        const auto heard = one.say(body, session, one.here.ann);
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32600);
        CHECK(heard.id().empty());
        CHECK(heard.sentence() == not_here);
    }
}

TEST_CASE("a batch in a session that there is not is told to begin one, as any message is") {
    caller one;
    const auto body = "[" + request("1", "ping") + "]";
    for (const auto& heard : {one.say(body, "never-was", one.here.ann), one.say(body, one.session, one.here.bob)}) {
        CHECK(heard.status == 404);
        CHECK(heard.error() == -32600);
        CHECK(heard.sentence() == "There is no such session. Send initialize to begin a new one.");
    }
}

TEST_CASE("a batch that cannot be taken apart is refused as one") {
    caller one;
    CHECK(one.say("[]").sentence() == "A batch holds at least one message.");
    CHECK(one.say("[{]").error() == -32700);
    std::string many = "[";
    for (int i = 0; i < 101; ++i) many += (i ? "," : "") + request(std::to_string(i), "ping");
    CHECK(one.say(many + "]").sentence() == "A batch holds at most 100 messages.");
}
