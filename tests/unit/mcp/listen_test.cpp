// subscriptions/listen: a modern client gets the changes of its filter until it disconnects or the server stops.
#include <string>

#include "catch.hpp"
#include "pending_request.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::pending_request;

namespace {

std::string body(const std::string& filter, const std::string& id = "7") {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"subscriptions/listen","params":{"_meta":{)" +
           test::modern_meta + R"(},"notifications":)" + filter + "}}";
}

pending_request listen(endpoint_fixture& server, const std::string& filter, const std::string& id = "7") {
    return {server, body(filter, id), test::modern_headers("subscriptions/listen"), std::nullopt, server.ann};
}
test::response refused(endpoint_fixture& server, const std::string& filter) {
    return server.send(body(filter), test::modern_headers("subscriptions/listen"));
}

// Returns the acknowledgement; the subscription is active by then.
pending_request::notification acknowledged(endpoint_fixture& server, pending_request& to) {
    auto first = to.next_notification();
    server.io().call([] {});
    return first;
}

// The part of the filter that the acknowledgement honours.
std::string honoured(pending_request& to) {
    return std::string(to.next_notification().params().at("notifications").text());
}

std::string id_in(const pending_request::notification& said) {
    return std::string(said.params().at("_meta").at("io.modelcontextprotocol/subscriptionId").text());
}

constexpr auto every_list = R"({"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true})";
using mcp::list_kind;

}  // namespace

TEST_CASE("the first message acknowledges the honoured part of the filter, with the id of the request") {
    endpoint_fixture server({test::books});
    for (const char* id : {"7", "\"a \\u0062\"", "-1"}) {
        auto one = listen(server, every_list, id);
        const auto first = one.next_notification();
        CHECK(first.method() == "notifications/subscriptions/acknowledged");
        CHECK(id_in(first) == id);
        CHECK(first.params().at("notifications").text() == every_list);
        CHECK_FALSE(wire::check_json(first.json));
    }
}

TEST_CASE("kinds that the filter does not ask for are not honoured") {
    endpoint_fixture server({test::books});
    for (const char* filter : {"{}",
                               R"({"toolsListChanged":false,"promptsListChanged":null,"resourcesListChanged":"true"})",
                               R"({"resourceSubscriptions":[]})",
                               R"({"loggingChanged":true})"}) {
        auto one = listen(server, filter);
        CHECK(honoured(one) == "{}");
    }
}

TEST_CASE("kinds that no plugin offers are not honoured") {
    endpoint_fixture server({test::held_calls});
    auto one = listen(server,
                      R"({"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,)"
                      R"("resourceSubscriptions":["book://one"]})");
    CHECK(honoured(one) == R"({"toolsListChanged":true})");
}

TEST_CASE("URIs without a resource are left out, and the others stay") {
    endpoint_fixture server({test::books});
    auto one = listen(server, R"({"resourceSubscriptions":["book://one","film://one","book://b","book://one"]})");
    CHECK(honoured(one) == R"({"resourceSubscriptions":["book://b","book://one"]})");
}

TEST_CASE("a URI over the length limit is left out") {
    endpoint_fixture server({test::books});
    auto one = listen(server, R"({"resourceSubscriptions":["book://)" + std::string(3000, 'x') + "\"]}");
    CHECK(honoured(one) == "{}");
}

TEST_CASE("a list change is sent to its subscribers, to each with its own subscription id") {
    endpoint_fixture server({test::books});
    auto tools = listen(server, R"({"toolsListChanged":true})", "1"),
         prompts = listen(server, R"({"promptsListChanged":true})", "\"two\"");
    acknowledged(server, tools);
    acknowledged(server, prompts);
    server.notifier().list_changed(list_kind::resources);
    server.notifier().list_changed(list_kind::prompts);
    server.notifier().list_changed(list_kind::tools);
    const auto of_tools = tools.next_notification(), of_prompts = prompts.next_notification();
    CHECK(of_tools.method() == "notifications/tools/list_changed");
    CHECK(id_in(of_tools) == "1");
    CHECK(of_prompts.method() == "notifications/prompts/list_changed");
    CHECK(id_in(of_prompts) == "\"two\"");
    server.notifier().end_all();
    CHECK(tools.wait_for_end().notices.empty());
    CHECK(prompts.wait_for_end().notices.empty());
}

TEST_CASE("updates are sent for the subscribed URIs only") {
    endpoint_fixture server({test::books});
    auto one = listen(server, R"({"resourceSubscriptions":["book://one","book://b"]})");
    acknowledged(server, one);
    for (const char* uri : {"book://two", "book://on", "book://one/x", "BOOK://one", "book://b", "book://one"})
        server.notifier().resource_updated(uri);
    const auto first = one.next_notification(), second = one.next_notification();
    CHECK(first.method() == "notifications/resources/updated");
    CHECK(first.params().at("uri").str() == "book://b");
    CHECK(id_in(first) == "7");
    CHECK(second.params().at("uri").str() == "book://one");
    server.notifier().end_all();
    CHECK(one.wait_for_end().notices.empty());
}

TEST_CASE("shutdown ends a subscription with its result") {
    endpoint_fixture server({test::books});
    auto one = listen(server, every_list, "\"x\"");
    acknowledged(server, one);
    server.notifier().end_all();
    const auto response = one.wait_for_end();
    CHECK(response.status == 200);
    CHECK(response.id() == "\"x\"");
    CHECK(response.result().at("resultType").str() == "complete");
    CHECK(response.result().at("_meta").at("io.modelcontextprotocol/subscriptionId").text() == "\"x\"");
}

TEST_CASE("a client that disconnects is unsubscribed and gets no reply") {
    endpoint_fixture server({test::books});
    auto one = listen(server, R"({"toolsListChanged":true,"resourceSubscriptions":["book://one"]})");
    acknowledged(server, one);
    CHECK(one.disconnect());
    const auto response = one.wait_for_end();
    CHECK(response.status == 0);
    CHECK(response.notices.empty());
    server.notifier().list_changed(list_kind::tools);
    server.notifier().resource_updated("book://one");
    server.notifier().end_all();
}

TEST_CASE("a subscription ends when its client's credential is revoked, also when that was before it started") {
    endpoint_fixture server({test::books});
    auto one = listen(server, every_list);
    acknowledged(server, one);
    server.open_streams().close_revoked("open-access", {});
    CHECK(one.wait_for_end().status == 0);
    CHECK(one.outlet().is_closed);
    auto late = listen(server, every_list);
    CHECK(late.wait_for_end().status == 0);
    CHECK(late.outlet().is_closed);
}

TEST_CASE("a resource is watched from its first subscriber to its last") {
    endpoint_fixture server({test::books});
    std::vector<std::string> watched;
    server.notifier().on_watch(
        [&](std::string_view uri, bool on) { watched.push_back(std::string(uri) + (on ? "+" : "-")); });
    {
        auto first = listen(server, R"({"resourceSubscriptions":["book://one"]})");
        acknowledged(server, first);
        auto second = listen(server, R"({"resourceSubscriptions":["book://one","book://b"]})");
        acknowledged(server, second);
        first.disconnect();
        first.wait_for_end();
    }
    // Both have ended, so there is no callback.
    CHECK(watched == std::vector<std::string>{"book://one+", "book://b+", "book://b-", "book://one-"});
    server.notifier().on_watch(nullptr);
}

TEST_CASE("a client that accepts no stream cannot subscribe") {
    endpoint_fixture server({test::books});
    pending_request one(
        server, body("{}"), test::modern_headers("subscriptions/listen"), std::nullopt, server.ann, false);
    const auto response = one.wait_for_end();
    CHECK(response.status == 406);
    CHECK(response.error() == -32600);
    CHECK(response.sentence() == "subscriptions/listen answers with a stream. Accept text/event-stream.");
}

TEST_CASE("an invalid filter is refused with the reason") {
    endpoint_fixture server({test::books});
    for (const char* filter : {"null", "[]", "true", "\"tools\""}) {
        const auto response = refused(server, filter);
        CHECK(response.status == 400);
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "params.notifications must be an object: the notifications to receive.");
    }
    CHECK(server.modern("subscriptions/listen").error() == -32602);
}

TEST_CASE("resourceSubscriptions is an array of at most 1000 strings") {
    endpoint_fixture server({test::books});
    const auto many = [](int count) {
        std::string uris;
        for (int i = 0; i < count; ++i) uris += (i ? ",\"book://" : "\"book://") + std::to_string(i) + '"';
        return R"({"resourceSubscriptions":[)" + uris + "]}";
    };
    for (const auto& filter : {std::string(R"({"resourceSubscriptions":["book://one",1]})"), many(1001)}) {
        const auto response = refused(server, filter);
        CHECK(response.status == 400);
        CHECK(response.sentence() == "resourceSubscriptions must be an array of at most 1000 URIs.");
    }
    auto one = listen(server, many(1000));
    const auto first = one.next_notification();
    CHECK(first.params().at("notifications").at("resourceSubscriptions").size() == 1000);
}

TEST_CASE("resourceSubscriptions that is not an array is refused") {
    endpoint_fixture server({test::books});
    for (const char* invalid : {"\"book://one\"", "{}", "true"}) {
        auto one = listen(server, R"({"resourceSubscriptions":)" + std::string(invalid) + "}");
        one.disconnect();
        CHECK(one.wait_for_end().error() == -32602);
    }
}
