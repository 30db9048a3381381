// What a plugin hears of who watches its resources.
#include <string>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using test::office;

TEST_CASE("a plugin is told that a resource is watched, and that it no longer is") {
    office here({test::reading_room});
    auto& room = *here.tools().resources().find("book://one")->from;
    room.watch("book://one", true);
    CHECK(here.log().will_say("reading-room: book://one is watched\n"));
    room.watch("book://one", false);
    CHECK(here.log().will_say("reading-room: book://one is watched no more\n"));
}

TEST_CASE("a plugin is told in the order in which it was, also when both come at once") {
    office here({test::reading_room});
    auto& room = *here.tools().resources().find("book://one")->from;
    int turned_around = 0;
    for (int i = 0; i < 100; ++i) {
        const auto uri = "book://" + std::to_string(i);
        room.watch(uri, true);
        room.watch(uri, false);
        REQUIRE(here.log().will_say(uri + " is watched\n"));
        REQUIRE(here.log().will_say(uri + " is watched no more\n"));
        const auto text = here.log().text();
        turned_around += text.find(uri + " is watched no more\n") < text.find(uri + " is watched\n");
    }
    CHECK(turned_around == 0);
}

TEST_CASE("a plugin that does not care who watches is not told") {
    office here({test::parking});
    here.tools().tools().find("park")->from->watch("book://one", true);
    CHECK_FALSE(here.log().says("warning"));
}
