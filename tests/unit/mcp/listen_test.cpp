// subscriptions/listen: a modern client hears of what it asked for, until it leaves or the server stops.
#include <string>

#include "catch.hpp"
#include "conversation.hpp"

using namespace toolrack;
using test::conversation;
using test::office;

namespace {

std::string body(const std::string& filter, const std::string& id = "7") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"subscriptions/listen","params":{"_meta":{)" +
           test::modern_meta + R"(},"notifications":)" + filter + "}}";
}

conversation listen(office& here, const std::string& filter, const std::string& id = "7") {
    return {here, body(filter, id), test::modern_headers("subscriptions/listen"), std::nullopt, here.ann};
}
test::heard refused(office& here, const std::string& filter) {
    return here.say(body(filter), test::modern_headers("subscriptions/listen"));
}

// The first message; by the time it is returned, whatever was asked for is under way.
conversation::said acknowledged(office& here, conversation& to) {
    auto first = to.hears();
    here.room().call([] {});
    return first;
}

// What of the filter the first message says is honoured.
std::string honoured(conversation& to) { return std::string(to.hears().params().at("notifications").text()); }

std::string id_in(const conversation::said& said) {
    return std::string(said.params().at("_meta").at("io.modelcontextprotocol/subscriptionId").text());
}

constexpr auto every_list = R"({"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true})";
using mcp::list_kind;

}  // namespace

TEST_CASE("the first thing said is what of the filter is honoured, under the id of the request") {
    office here({test::reading_room});
    for (const char* id : {"7", "\"a \\u0062\"", "-1"}) {
        auto one = listen(here, every_list, id);
        const auto first = one.hears();
        CHECK(first.method() == "notifications/subscriptions/acknowledged");
        CHECK(id_in(first) == id);
        CHECK(first.params().at("notifications").text() == every_list);
        CHECK_FALSE(wire::check_json(first.json));
    }
}

TEST_CASE("what was not asked for is not honoured") {
    office here({test::reading_room});
    for (const char* filter :
         {"{}", R"({"toolsListChanged":false,"promptsListChanged":null,"resourcesListChanged":"true"})",
          R"({"resourceSubscriptions":[]})", R"({"loggingChanged":true})"}) {
        auto one = listen(here, filter);
        CHECK(honoured(one) == "{}");
    }
}

TEST_CASE("what nobody offers is not honoured") {
    office here({test::parking});
    auto one = listen(here, R"({"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,)"
                            R"("resourceSubscriptions":["book://one"]})");
    CHECK(honoured(one) == R"({"toolsListChanged":true})");
}

TEST_CASE("uris that nobody reads are left out, and the others stay") {
    office here({test::reading_room});
    auto one = listen(here, R"({"resourceSubscriptions":["book://one","film://one","book://b","book://one"]})");
    CHECK(honoured(one) == R"({"resourceSubscriptions":["book://b","book://one"]})");
}

TEST_CASE("a uri longer than any that a plugin can name is left out") {
    office here({test::reading_room});
    auto one = listen(here, R"({"resourceSubscriptions":["book://)" + std::string(3000, 'x') + "\"]}");
    CHECK(honoured(one) == "{}");
}

TEST_CASE("a list that changed is told to those who listen to it, each under its own id") {
    office here({test::reading_room});
    auto tools = listen(here, R"({"toolsListChanged":true})", "1"),
         prompts = listen(here, R"({"promptsListChanged":true})", "\"two\"");
    acknowledged(here, tools);
    acknowledged(here, prompts);
    here.notifier().list_changed(list_kind::resources);
    here.notifier().list_changed(list_kind::prompts);
    here.notifier().list_changed(list_kind::tools);
    const auto of_tools = tools.hears(), of_prompts = prompts.hears();
    CHECK(of_tools.method() == "notifications/tools/list_changed");
    CHECK(id_in(of_tools) == "1");
    CHECK(of_prompts.method() == "notifications/prompts/list_changed");
    CHECK(id_in(of_prompts) == "\"two\"");
    here.notifier().end_all();
    CHECK(tools.ends().notices.empty());
    CHECK(prompts.ends().notices.empty());
}

TEST_CASE("an update is told for the uris that were asked for, and for no others") {
    office here({test::reading_room});
    auto one = listen(here, R"({"resourceSubscriptions":["book://one","book://b"]})");
    acknowledged(here, one);
    for (const char* uri : {"book://two", "book://on", "book://one/x", "BOOK://one", "book://b", "book://one"})
        here.notifier().resource_updated(uri);
    const auto first = one.hears(), second = one.hears();
    CHECK(first.method() == "notifications/resources/updated");
    CHECK(first.params().at("uri").str() == "book://b");
    CHECK(id_in(first) == "7");
    CHECK(second.params().at("uri").str() == "book://one");
    here.notifier().end_all();
    CHECK(one.ends().notices.empty());
}

TEST_CASE("a server that stops ends a subscription with its result") {
    office here({test::reading_room});
    auto one = listen(here, every_list, "\"x\"");
    acknowledged(here, one);
    here.notifier().end_all();
    const auto heard = one.ends();
    CHECK(heard.status == 200);
    CHECK(heard.id() == "\"x\"");
    CHECK(heard.result().at("resultType").str() == "complete");
    CHECK(heard.result().at("_meta").at("io.modelcontextprotocol/subscriptionId").text() == "\"x\"");
}

TEST_CASE("a client that leaves is heard of no more, and is not answered") {
    office here({test::reading_room});
    auto one = listen(here, R"({"toolsListChanged":true,"resourceSubscriptions":["book://one"]})");
    acknowledged(here, one);
    CHECK(one.leave());
    const auto heard = one.ends();
    CHECK(heard.status == 0);
    CHECK(heard.notices.empty());
    here.notifier().list_changed(list_kind::tools);
    here.notifier().resource_updated("book://one");
    here.notifier().end_all();
}

TEST_CASE("a subscription ends when what its client was let in by is taken back, or was before it came") {
    office here({test::reading_room});
    auto one = listen(here, every_list);
    acknowledged(here, one);
    here.open_streams().close_revoked("open-access", {});
    CHECK(one.ends().status == 0);
    CHECK(one.outlet().is_closed);
    auto late = listen(here, every_list);
    CHECK(late.ends().status == 0);
    CHECK(late.outlet().is_closed);
}

TEST_CASE("a resource is watched from the first listener to the last") {
    office here({test::reading_room});
    std::vector<std::string> told;
    here.notifier().on_watch([&](std::string_view uri, bool on) {
        told.push_back(std::string(uri) + (on ? "+" : "-"));
    });
    {
        auto first = listen(here, R"({"resourceSubscriptions":["book://one"]})");
        acknowledged(here, first);
        auto second = listen(here, R"({"resourceSubscriptions":["book://one","book://b"]})");
        acknowledged(here, second);
        first.leave();
        first.ends();
    }
    // Both are over, so nothing is told any more.
    CHECK(told == std::vector<std::string>{"book://one+", "book://b+", "book://b-", "book://one-"});
    here.notifier().on_watch(nullptr);
}

TEST_CASE("a client that takes no stream cannot listen") {
    office here({test::reading_room});
    conversation one(here, body("{}"), test::modern_headers("subscriptions/listen"), std::nullopt, here.ann, false);
    const auto heard = one.ends();
    CHECK(heard.status == 406);
    CHECK(heard.error() == -32600);
    CHECK(heard.sentence() == "subscriptions/listen answers with a stream. Accept text/event-stream.");
}

TEST_CASE("a filter that is none is refused with what is wrong") {
    office here({test::reading_room});
    for (const char* filter : {"null", "[]", "true", "\"tools\""}) {
        const auto heard = refused(here, filter);
        CHECK(heard.status == 400);
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "params.notifications must be an object: what to listen to.");
    }
    CHECK(here.modern("subscriptions/listen").error() == -32602);
}

TEST_CASE("uris to listen to are an array of strings, and not too many") {
    office here({test::reading_room});
    const auto many = [](int count) {
        std::string uris;
        for (int i = 0; i < count; ++i) uris += (i ? ",\"book://" : "\"book://") + std::to_string(i) + '"';
        return R"({"resourceSubscriptions":[)" + uris + "]}";
    };
    for (const auto& filter : {std::string(R"({"resourceSubscriptions":["book://one",1]})"), many(1001)}) {
        const auto heard = refused(here, filter);
        CHECK(heard.status == 400);
        CHECK(heard.sentence() == "resourceSubscriptions must be an array of at most 1000 URIs.");
    }
    auto one = listen(here, many(1000));
    const auto first = one.hears();
    CHECK(first.params().at("notifications").at("resourceSubscriptions").size() == 1000);
}

TEST_CASE("uris that are no array are not taken for none") {
    office here({test::reading_room});
    for (const char* odd : {"\"book://one\"", "{}", "true"}) {
        auto one = listen(here, R"({"resourceSubscriptions":)" + std::string(odd) + "}");
        one.leave();
        CHECK(one.ends().error() == -32602);
    }
}
