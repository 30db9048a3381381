// resources/list, resources/templates/list and resources/read, in both eras.
#include <string>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::response;

namespace {

std::string of(const std::string& uri) { return R"("uri":")" + uri + "\""; }

response modern_read(endpoint_fixture& server, const std::string& uri) {
    auto headers = test::modern_headers("resources/read");
    headers.name = uri;
    return server.send(endpoint_fixture::modern_body("resources/read", of(uri)), headers);
}
response legacy_read(endpoint_fixture& server, const std::string& uri) {
    return server.legacy("resources/read", of(uri));
}

std::string text_of(const response& response) { return response.result().at("contents").at(0).at("text").str(); }

}  // namespace

TEST_CASE("resources and templates have separate lists, in both eras") {
    endpoint_fixture server({test::books});
    for (const bool modern : {false, true}) {
        const auto resources = modern ? server.modern("resources/list") : server.legacy("resources/list");
        const auto templates =
            modern ? server.modern("resources/templates/list") : server.legacy("resources/templates/list");
        CHECK(resources.result().at("resources").size() == 3);
        CHECK(resources.result().at("resources").at(0).at("uri").str() == "book://one");
        CHECK(templates.result().at("resourceTemplates").size() == 2);
        CHECK(templates.result().at("resourceTemplates").at(0).at("uriTemplate").str() == "book://{title}");
        CHECK(resources.result().find("ttlMs").has_value() == modern);
        CHECK(templates.result().find("ttlMs").has_value() == modern);
    }
}

TEST_CASE("a server with resources has a list of templates, which may be empty") {
    endpoint_fixture server({test::questions});
    CHECK(server.legacy("resources/templates/list").result().at("resourceTemplates").size() == 0);
    CHECK(server.modern("resources/templates/list").result().at("resourceTemplates").size() == 0);
    CHECK(server.modern("server/discover").result().at("capabilities").at("resources").text() ==
          R"({"subscribe":true,"listChanged":true})");
}

TEST_CASE("a resource is read by its URI, in both eras") {
    endpoint_fixture server({test::books});
    const auto legacy = legacy_read(server, "book://one"), modern = modern_read(server, "book://one");
    for (const auto* response : {&legacy, &modern}) {
        CHECK(response->status == 200);
        CHECK(response->result().at("contents").text() ==
              R"([{"uri":"book://one","mimeType":"text/plain","text":"The first book."}])");
    }
    CHECK_FALSE(legacy.result().find("resultType"));
    CHECK_FALSE(legacy.result().find("ttlMs"));
    CHECK(modern.result().at("resultType").str() == "complete");
}

TEST_CASE("a modern resource without caching hints is not cacheable, and its own hints are kept") {
    endpoint_fixture server({test::books});
    const auto plain = modern_read(server, "book://one").json, kept = modern_read(server, "book://signed").json;
    CHECK(json::value(plain).at("result").at("ttlMs").i64() == 0);
    CHECK(json::value(plain).at("result").at("cacheScope").str() == "private");
    CHECK(json::value(kept).at("result").at("ttlMs").i64() == 5000);
    CHECK(json::value(kept).at("result").at("cacheScope").str() == "public");
}

TEST_CASE("a URI is read by the resource of that name, else by the first template that matches") {
    endpoint_fixture server({test::books});
    CHECK(text_of(legacy_read(server, "book://one")) == "The first book.");
    CHECK(text_of(legacy_read(server, "book://two")) == "About two");
    CHECK(text_of(legacy_read(server, "book://feature_index/two")) == "At feature_index/two");
    CHECK(text_of(modern_read(server, "book://two")) == "About two");
    CHECK(text_of(legacy_read(server, "book://t%77o")) == "About two");
}

TEST_CASE("a URI without a resource is not found, with the code of the era and the URI as data") {
    endpoint_fixture server({test::books});
    for (const char* uri : {"book://", "film://one", "BOOK://one", "book:/one", ""}) {
        CAPTURE(uri);
        const auto legacy = legacy_read(server, uri), modern = modern_read(server, uri);
        CHECK(legacy.error() == -32002);
        CHECK(modern.error() == -32602);
        for (const auto* response : {&legacy, &modern}) {
            CHECK(response->status == 200);
            CHECK(response->sentence() == "Resource not found: " + std::string(uri));
            CHECK(response->data().at("uri").str() == uri);
        }
    }
}

TEST_CASE("a resource that its plugin does not find gets the same error") {
    endpoint_fixture server({test::books});
    CHECK(legacy_read(server, "book://lent").error() == -32002);
    const auto modern = modern_read(server, "book://lent");
    CHECK(modern.error() == -32602);
    CHECK(modern.sentence() == "Resource not found");
    CHECK(modern.data().at("uri").str() == "book://lent");
}

TEST_CASE("an escaped slash does not match across a template segment") {
    endpoint_fixture server({test::books});
    for (const char* uri : {"book://%00", "book://a%00b"}) CHECK(legacy_read(server, uri).error() == -32002);
    // {title} matches no slash, escaped or not, so the next template matches.
    CHECK(text_of(legacy_read(server, "book://..%2F..%2Fetc")) == "At ../../etc");
}

TEST_CASE("a URI over the length limit is not found") {
    endpoint_fixture server({test::books});
    const std::string start = "book://";
    CHECK(legacy_read(server, start + std::string(2048 - start.size(), 'x')).error() == 0);
    const auto response = legacy_read(server, start + std::string(2049 - start.size(), 'x'));
    CHECK(response.error() == -32002);
    CHECK(response.sentence().size() < 300);
}

TEST_CASE("resources/read without a URI is refused with the reason") {
    endpoint_fixture server({test::books});
    for (const char* params : {"", R"("uri":1)", R"("uri":null)", R"("URI":"book://one")"}) {
        const auto response = server.legacy("resources/read", params);
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "params.uri must be a string: the URI of a resource.");
    }
}

TEST_CASE("a prefix changes names, not URIs") {
    auto prefixed = test::books;
    prefixed.prefix = "room_";
    endpoint_fixture server({prefixed});
    CHECK(text_of(legacy_read(server, "book://one")) == "The first book.");
    CHECK(server.legacy("resources/list").result().at("resources").at(0).at("name").str() == "one");
}
