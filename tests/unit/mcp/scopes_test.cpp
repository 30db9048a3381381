// Scopes: the features that a caller sees and may use, in every era and transport.
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::response;
using names = std::vector<std::string>;

namespace {

config::plugin guarded() {
    auto settings = test::settings_named("guarded");
    settings.library = test::hostile("guarded").string();
    return settings;
}

endpoint_fixture with_guarded(std::size_t page_size = 100) {
    return endpoint_fixture(page_size, std::chrono::seconds(30), test::tools_only, {guarded()});
}

wire::mirrored headers_for(std::string_view method, std::string_view name) {
    auto headers = test::modern_headers(method);
    if (!name.empty()) headers.name = name;
    return headers;
}

// A request of each method, with its Mcp-Name.
struct use {
    std::string method, params, name, shown;
    names required;
};
const std::vector<use> uses{
    {"tools/call",
     R"("name":"orders_write","arguments":{"amount":"not a number"})",
     "orders_write",
     "tool \"orders_write\"",
     {"audit", "orders:write"}},
    {"tools/call", R"("name":"plain","arguments":{})", "plain", "tool \"plain\"", {"guarded"}},
    {"prompts/get", R"("name":"review")", "review", "prompt \"review\"", {"orders:read"}},
    {"resources/read", R"("uri":"orders://all")", "orders://all", "resource orders://all", {"orders:read"}},
    {"resources/read", R"("uri":"orders://by-id/7")", "orders://by-id/7", "resource orders://by-id/7", {"orders:read"}},
    {"completion/complete",
     R"("ref":{"type":"ref/prompt","name":"review"},"argument":{"name":"which","value":""})",
     "",
     "completion for \"review\"",
     {"orders:read"}},
    {"completion/complete",
     R"("ref":{"type":"ref/resource","uri":"orders://by-id/{id}"},"argument":{"name":"id","value":""})",
     "",
     "completion for \"orders://by-id/{id}\"",
     {"orders:read"}}};

std::string joined(const names& all, const std::string& between, const std::string& around = "") {
    std::string text;
    for (const auto& one : all) text += (text.empty() ? "" : between) + around + one + around;
    return text;
}

void check_is_refused(const response& said, const use& what, const names& missing) {
    CAPTURE(what.method, what.params, said.json);
    CHECK(said.status == 403);
    CHECK(said.error() == -32600);
    CHECK(said.id() == "7");
    CHECK(said.notices.empty());
    CHECK(said.challenge ==
          R"(Bearer realm="toolrack", error="insufficient_scope", scope=")" + joined(what.required, " ") + '"');
    CHECK(said.sentence() == "You may not use the " + what.shown + ": your token lacks the scope" +
                                 (missing.size() == 1 ? " " : "s ") + joined(missing, " and ", "\"") +
                                 ". Ask the operator of this server for a token that has " +
                                 (missing.size() == 1 ? "it." : "them."));
    CHECK(said.data().at("missingScopes").text() == "[" + joined(missing, ",", "\"") + "]");
    CHECK(said.data().at("requiredScopes").text() == "[" + joined(what.required, ",", "\"") + "]");
}

names listed(const response& said, const std::string& member, const std::string& named_by) {
    names all;
    CAPTURE(said.json);
    for (const auto& one : said.result().at(member)) all.push_back(one.at(named_by).str());
    return all;
}

}  // namespace

TEST_CASE("a call without the scopes is a 403 that names all of them, before its arguments are checked") {
    auto server = with_guarded();
    const auto nobody = server.principal_with("[]");
    for (const auto& what : uses) {
        const auto modern = server.send(
            endpoint_fixture::modern_body(what.method, what.params), headers_for(what.method, what.name), nobody);
        check_is_refused(modern, what, what.required);
        const auto legacy =
            server.send(endpoint_fixture::legacy_body(what.method, what.params), wire::mirrored{}, nobody);
        check_is_refused(legacy, what, what.required);
    }
}

TEST_CASE("missing scopes get the same answer in a legacy session and over a pipe") {
    auto server = with_guarded();
    const auto nobody = server.principal_with("[]");
    const auto session = server
                             .send(endpoint_fixture::legacy_body("initialize", R"("protocolVersion":"2025-11-25")"),
                                   wire::mirrored{},
                                   nobody)
                             .session;
    REQUIRE_FALSE(session.empty());
    for (const auto& what : uses) {
        check_is_refused(server.send_in(session, endpoint_fixture::legacy_body(what.method, what.params), nobody),
                         what,
                         what.required);
        check_is_refused(server.send(endpoint_fixture::modern_body(what.method, what.params), std::nullopt, nobody),
                         what,
                         what.required);
    }
    const use subscription{
        "resources/subscribe", R"("uri":"orders://all")", "", "resource orders://all", {"orders:read"}};
    check_is_refused(
        server.send_in(session, endpoint_fixture::legacy_body(subscription.method, subscription.params), nobody),
        subscription,
        subscription.required);
}

TEST_CASE("missingScopes has only the missing scopes, and requiredScopes all of them") {
    auto server = with_guarded();
    const auto& what = uses[0];
    const auto said = server.send(endpoint_fixture::modern_body(what.method, what.params),
                                  headers_for(what.method, what.name),
                                  server.principal_with(R"(["audit","orders:read"])"));
    check_is_refused(said, what, {"orders:write"});
}

TEST_CASE("a caller with the scopes, broader ones, or all of them is served") {
    auto server = with_guarded();
    const auto answers = [&](const std::string& tool, const std::string& scopes, const std::string& arguments = "{}") {
        return server
            .send(endpoint_fixture::modern_body("tools/call", endpoint_fixture::calling(tool, arguments)),
                  headers_for("tools/call", tool),
                  server.principal_with(scopes))
            .status;
    };
    for (const char* scopes : {R"(["orders:read"])", R"(["orders"])", R"(["*"])", R"(["x","orders:read","y"])"}) {
        CHECK(answers("orders_read", scopes) == 200);
        CHECK(server
                  .send(endpoint_fixture::legacy_body("resources/read", R"("uri":"orders://all")"),
                        wire::mirrored{},
                        server.principal_with(scopes))
                  .status == 200);
    }
    for (const char* scopes : {R"(["orders:write"])", R"(["orders:rea"])", R"(["guarded"])", "[]"})
        CHECK(answers("orders_read", scopes) == 403);
    CHECK(answers("orders_write", R"(["orders","audit"])", R"({"amount":1})") == 200);
    CHECK(answers("plain", R"(["guarded"])") == 200);
    CHECK(answers("plain", R"(["orders"])") == 403);
    CHECK(answers("status", "[]") == 200);
    CHECK(answers("echo", "[]", R"({"text":"x"})") == 403);
    CHECK(answers("echo", R"(["echo"])", R"({"text":"x"})") == 200);
}

TEST_CASE("a list has only the features that its caller may use") {
    auto server = with_guarded();
    struct row {
        const char* scopes;
        names tools, prompts, resources, templates;
    };
    for (const auto& [scopes, tools, prompts, resources, templates] : {
             row{"[]", {"status", "touch"}, {"hello"}, {"orders://public"}, {}},
             row{R"(["orders:read"])",
                 {"status", "orders_read", "touch"},
                 {"review", "hello"},
                 {"orders://all", "orders://public"},
                 {"orders://by-id/{id}"}},
             row{R"(["orders"])",
                 {"status", "orders_read", "touch"},
                 {"review", "hello"},
                 {"orders://all", "orders://public"},
                 {"orders://by-id/{id}"}},
             row{R"(["guarded"])", {"status", "plain", "says_it_writes", "touch"}, {"hello"}, {"orders://public"}, {}},
             row{R"(["audit","orders:write"])",
                 {"status", "orders_write", "touch"},
                 {"hello"},
                 {"orders://public"},
                 {}},
         }) {
        const auto who = server.principal_with(scopes);
        const auto ask = [&](const std::string& method) {
            const auto legacy = server.send(endpoint_fixture::legacy_body(method), wire::mirrored{}, who);
            auto modern = server.send(endpoint_fixture::modern_body(method), test::modern_headers(method), who);
            CHECK(modern.result().at("cacheScope").str() == "private");
            CHECK_FALSE(legacy.result().find("cacheScope"));
            return modern;
        };
        CAPTURE(scopes);
        CHECK(listed(ask("tools/list"), "tools", "name") == tools);
        CHECK(listed(ask("prompts/list"), "prompts", "name") == prompts);
        CHECK(listed(ask("resources/list"), "resources", "uri") == resources);
        CHECK(listed(ask("resources/templates/list"), "resourceTemplates", "uriTemplate") == templates);
    }
}

TEST_CASE("capabilities do not depend on the caller") {
    auto server = with_guarded();
    const auto body = endpoint_fixture::modern_body("server/discover");
    const auto headers = test::modern_headers("server/discover");
    CHECK(server.send(body, headers, server.principal_with("[]")).result().at("capabilities").text() ==
          server.send(body, headers, server.ann).result().at("capabilities").text());
}

TEST_CASE("pages are full and complete for each caller") {
    auto server = with_guarded(2);
    const auto who = server.principal_with(R"(["orders","audit"])");
    names all;
    std::string params;
    for (;;) {
        const auto said =
            server.send(endpoint_fixture::modern_body("tools/list", params), test::modern_headers("tools/list"), who);
        for (const auto& name : listed(said, "tools", "name")) all.push_back(name);
        const auto cursor = said.result().find("nextCursor");
        if (!cursor) break;
        params = R"("cursor":)" + std::string(cursor->text());
        // A cursor belongs to the list of one set of scopes.
        CHECK(server
                  .send(endpoint_fixture::modern_body("tools/list", params),
                        test::modern_headers("tools/list"),
                        server.ann)
                  .error() == -32602);
    }
    CHECK(all == names{"status", "orders_read", "orders_write", "touch"});
}

TEST_CASE("a subscription covers only resources that its caller may read") {
    auto server = with_guarded();
    const auto honoured = [&](const std::string& scopes) {
        test::collecting_outlet to(server.io(), test::modern_headers("subscriptions/listen"));
        to.on_notice = [&] { asio::post(server.io().get_executor(), [&] { to.disconnect(); }); };
        const auto body =
            endpoint_fixture::modern_body("subscriptions/listen",
                                          R"("notifications":{"resourceSubscriptions":)"
                                          R"(["orders://all","orders://public","orders://by-id/1","no://such"]})");
        const auto message = wire::parse_message(body, {});
        const auto who = server.principal_with(scopes);
        server.io().run([&] { return server.endpoint().answer(*message, who, to); });
        REQUIRE(to.notices.size() == 1);
        const auto uris = json::value(to.notices[0]).at("params").at("notifications").find("resourceSubscriptions");
        return uris ? std::string(uris->text()) : std::string();
    };
    CHECK(honoured("[]") == R"(["orders://public"])");
    CHECK(honoured(R"(["orders:read"])") == R"(["orders://all","orders://by-id/1","orders://public"])");
}

TEST_CASE("a subscriber gets no updates of a resource that it may no longer read") {
    auto server = with_guarded();
    test::collecting_outlet to(server.io(), test::modern_headers("subscriptions/listen"));
    to.on_notice = [&] {
        const bool is_acknowledged = to.notices.size() == 1;
        asio::post(server.io().get_executor(), [&, is_acknowledged] {
            if (!is_acknowledged) {
                to.disconnect();
                return;
            }
            server.notifier().review(
                [](const identity::principal&, std::string_view uri) { return uri == "orders://public"; });
            server.notifier().resource_updated("orders://all");
            server.notifier().resource_updated("orders://public");
        });
    };
    const auto body = endpoint_fixture::modern_body(
        "subscriptions/listen", R"("notifications":{"resourceSubscriptions":["orders://all","orders://public"]})");
    const auto message = wire::parse_message(body, {});
    server.io().run([&] { return server.endpoint().answer(*message, server.ann, to); });
    REQUIRE(to.notices.size() == 2);
    CHECK(json::value(to.notices[1]).at("params").at("uri").str() == "orders://public");
}

TEST_CASE("a session's subscription ends when its principal may no longer read the resource") {
    auto server = with_guarded();
    const auto session =
        server.send(endpoint_fixture::legacy_body("initialize", R"("protocolVersion":"2025-11-25")"), wire::mirrored{})
            .session;
    for (const char* uri : {"orders://all", "orders://public"})
        CHECK(server
                  .send_in(session,
                           endpoint_fixture::legacy_body("resources/subscribe", R"("uri":")" + std::string(uri) + '"'))
                  .error() == 0);
    const auto open = server.sessions().find(session, server.ann);
    REQUIRE(open->is_subscribed("orders://all"));
    server.notifier().review([&](const identity::principal& who, std::string_view uri) {
        CHECK(who.subject() == "ann");
        return uri == "orders://public";
    });
    CHECK_FALSE(open->is_subscribed("orders://all"));
    CHECK(open->is_subscribed("orders://public"));
}

TEST_CASE("in a batch, allowed calls are run and others are refused") {
    auto server = with_guarded();
    const auto nobody = server.principal_with("[]");
    const auto session = server
                             .send(endpoint_fixture::legacy_body("initialize", R"("protocolVersion":"2025-03-26")"),
                                   wire::mirrored{},
                                   nobody)
                             .session;
    test::collecting_outlet to(server.io(), wire::mirrored{}, session);
    const std::string batch = R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status"}},)"
                              R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"orders_read"}}])";
    const wire::json_limits limits;
    server.io().run([&] { return server.endpoint().answer_batch(batch, limits, nobody, to); });
    REQUIRE(to.answer);
    CHECK(to.answer->status == 200);
    const json::value answers(to.answer->json);
    CHECK(answers.at(0).find("result"));
    CHECK(answers.at(1).at("error").at("message").str().find("\"orders:read\"") != std::string::npos);
}

TEST_CASE("a tool withheld by a read-only plugin is not listed, and a call of it is refused with the reason") {
    auto settings = guarded();
    settings.read_only = true;
    endpoint_fixture server(100, std::chrono::seconds(30), test::tools_only, {settings});
    const auto said = server.modern_call("orders_write", R"({"amount":1})");
    CHECK(said.status == 200);
    CHECK(said.error() == -32602);
    CHECK(said.sentence() ==
          "The tool \"orders_write\" is not available: its plugin is read-only here, and the tool does "
          "not declare readOnlyHint.");
    CHECK(server.legacy_call("plain").error() == -32602);
    CHECK(server.modern_call("orders_read").text() == "orders_read done");
    const auto tools = listed(server.modern("tools/list"), "tools", "name");
    for (const char* hidden : {"orders_write", "plain", "says_it_writes", "touch"})
        CHECK(std::ranges::find(tools, hidden) == tools.end());
}

TEST_CASE("refusals are logged with the missing scopes, at a limited rate") {
    auto server = with_guarded();
    const auto nobody = server.principal_with("[]", "mallory");
    for (int i = 0; i < 200; ++i)
        server.send(
            endpoint_fixture::legacy_body("tools/call", endpoint_fixture::calling("plain")), wire::mirrored{}, nobody);
    const auto text = server.log().text();
    const std::string line = "mallory (open) may not use the tool \"plain\": missing the scope \"guarded\"";
    CHECK(text.find(line) != std::string::npos);
    std::size_t count = 0;
    for (auto at = text.find(line); at != text.npos; at = text.find(line, at + 1)) ++count;
    CHECK(count < 150);
}
