// resources/list, resources/templates/list and resources/read, in both eras.
#include <string>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using test::heard;
using test::office;

namespace {

std::string of(const std::string& uri) { return R"("uri":")" + uri + "\""; }

heard modern_read(office& here, const std::string& uri) {
    auto headers = test::modern_headers("resources/read");
    headers.name = uri;
    return here.say(office::modern_body("resources/read", of(uri)), headers);
}
heard legacy_read(office& here, const std::string& uri) { return here.legacy("resources/read", of(uri)); }

std::string text_of(const heard& heard) { return heard.result().at("contents").at(0).at("text").str(); }

}  // namespace

TEST_CASE("resources and templates are listed apart, in both eras") {
    office here({test::reading_room});
    for (const bool modern : {false, true}) {
        const auto resources = modern ? here.modern("resources/list") : here.legacy("resources/list");
        const auto templates =
            modern ? here.modern("resources/templates/list") : here.legacy("resources/templates/list");
        CHECK(resources.result().at("resources").size() == 3);
        CHECK(resources.result().at("resources").at(0).at("uri").str() == "book://one");
        CHECK(templates.result().at("resourceTemplates").size() == 2);
        CHECK(templates.result().at("resourceTemplates").at(0).at("uriTemplate").str() == "book://{title}");
        CHECK(resources.result().find("ttlMs").has_value() == modern);
        CHECK(templates.result().find("ttlMs").has_value() == modern);
    }
}

TEST_CASE("where there are resources the list of templates is there, too, though it may be empty") {
    office here({test::questions});
    CHECK(here.legacy("resources/templates/list").result().at("resourceTemplates").size() == 0);
    CHECK(here.modern("resources/templates/list").result().at("resourceTemplates").size() == 0);
    CHECK(here.modern("server/discover").result().at("capabilities").at("resources").text() ==
          R"({"subscribe":true,"listChanged":true})");
}

TEST_CASE("a resource is read by its uri, in both eras") {
    office here({test::reading_room});
    const auto legacy = legacy_read(here, "book://one"), modern = modern_read(here, "book://one");
    for (const auto* heard : {&legacy, &modern}) {
        CHECK(heard->status == 200);
        CHECK(heard->result().at("contents").text() ==
              R"([{"uri":"book://one","mimeType":"text/plain","text":"The first book."}])");
    }
    CHECK_FALSE(legacy.result().find("resultType"));
    CHECK_FALSE(legacy.result().find("ttlMs"));
    CHECK(modern.result().at("resultType").str() == "complete");
}

TEST_CASE("a modern resource that says nothing of caching is not to be kept, and one that does is believed") {
    office here({test::reading_room});
    const auto plain = modern_read(here, "book://one").json, kept = modern_read(here, "book://signed").json;
    CHECK(json::value(plain).at("result").at("ttlMs").i64() == 0);
    CHECK(json::value(plain).at("result").at("cacheScope").str() == "private");
    CHECK(json::value(kept).at("result").at("ttlMs").i64() == 5000);
    CHECK(json::value(kept).at("result").at("cacheScope").str() == "public");
}

TEST_CASE("a uri of a template is read by the first one that it fits, after every resource of that very name") {
    office here({test::reading_room});
    CHECK(text_of(legacy_read(here, "book://one")) == "The first book.");
    CHECK(text_of(legacy_read(here, "book://two")) == "About two");
    CHECK(text_of(legacy_read(here, "book://feature_index/two")) == "At feature_index/two");
    CHECK(text_of(modern_read(here, "book://two")) == "About two");
    CHECK(text_of(legacy_read(here, "book://t%77o")) == "About two");
}

TEST_CASE("a uri that nobody reads is not found, with the code of the era and the uri as data") {
    office here({test::reading_room});
    for (const char* uri : {"book://", "film://one", "BOOK://one", "book:/one", ""}) {
        CAPTURE(uri);
        const auto legacy = legacy_read(here, uri), modern = modern_read(here, uri);
        CHECK(legacy.error() == -32002);
        CHECK(modern.error() == -32602);
        for (const auto* heard : {&legacy, &modern}) {
            CHECK(heard->status == 200);
            CHECK(heard->sentence() == "Resource not found: " + std::string(uri));
            CHECK(heard->data().at("uri").str() == uri);
        }
    }
}

TEST_CASE("a resource that its plugin does not find is not found in the same way") {
    office here({test::reading_room});
    CHECK(legacy_read(here, "book://lent").error() == -32002);
    const auto modern = modern_read(here, "book://lent");
    CHECK(modern.error() == -32602);
    CHECK(modern.sentence() == "Resource not found");
    CHECK(modern.data().at("uri").str() == "book://lent");
}

TEST_CASE("what was escaped does not lead out of a template") {
    office here({test::reading_room});
    for (const char* uri : {"book://%00", "book://a%00b"}) CHECK(legacy_read(here, uri).error() == -32002);
    // {title} has no slashes, so what hides one is the next template's, which may have them.
    CHECK(text_of(legacy_read(here, "book://..%2F..%2Fetc")) == "At ../../etc");
}

TEST_CASE("a uri longer than any that a plugin can name is looked for nowhere") {
    office here({test::reading_room});
    const std::string start = "book://";
    CHECK(legacy_read(here, start + std::string(2048 - start.size(), 'x')).error() == 0);
    const auto heard = legacy_read(here, start + std::string(2049 - start.size(), 'x'));
    CHECK(heard.error() == -32002);
    CHECK(heard.sentence().size() < 300);
}

TEST_CASE("resources/read without a uri is refused with what is wrong") {
    office here({test::reading_room});
    for (const char* params : {"", R"("uri":1)", R"("uri":null)", R"("URI":"book://one")"}) {
        const auto heard = here.legacy("resources/read", params);
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "params.uri must be a string: the URI of a resource.");
    }
}

TEST_CASE("a prefix is for names, and leaves uris as they are") {
    auto prefixed = test::reading_room;
    prefixed.prefix = "room_";
    office here({prefixed});
    CHECK(text_of(legacy_read(here, "book://one")) == "The first book.");
    CHECK(here.legacy("resources/list").result().at("resources").at(0).at("name").str() == "one");
}
