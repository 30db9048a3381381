// The watch callback of a plugin.
#include <string>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;

TEST_CASE("a plugin is called when a resource gets its first subscriber and loses its last") {
    endpoint_fixture server({test::books});
    auto& plugin = *server.catalog().resources().find("book://one")->from;
    plugin.watch("book://one", true);
    CHECK(server.log().will_say("books: book://one is watched\n"));
    plugin.watch("book://one", false);
    CHECK(server.log().will_say("books: book://one is watched no more\n"));
}

TEST_CASE("watch callbacks keep their order, also when both come at once") {
    endpoint_fixture server({test::books});
    auto& plugin = *server.catalog().resources().find("book://one")->from;
    int turned_around = 0;
    for (int i = 0; i < 100; ++i) {
        const auto uri = "book://" + std::to_string(i);
        plugin.watch(uri, true);
        plugin.watch(uri, false);
        REQUIRE(server.log().will_say(uri + " is watched\n"));
        REQUIRE(server.log().will_say(uri + " is watched no more\n"));
        const auto text = server.log().text();
        turned_around += text.find(uri + " is watched no more\n") < text.find(uri + " is watched\n");
    }
    CHECK(turned_around == 0);
}

TEST_CASE("a plugin without a watch callback is not called") {
    endpoint_fixture server({test::held_calls});
    server.catalog().tools().find("hold")->from->watch("book://one", true);
    CHECK_FALSE(server.log().says("warning"));
}
