#include "auth/open_streams.hpp"

#include <toolrack/abi.h>

#include "catch.hpp"
#include "door.hpp"

using namespace toolrack;

namespace {

// Somebody whom a backend of this name let in; with the credential "odd-1".
identity::principal from(test::door& door, const std::string& backend) {
    auto who = door.admit({door.odd("grant", 0, backend)}, "Bearer " + std::string(40, 'x'));
    REQUIRE(who.has_value());
    return *who;
}

}  // namespace

TEST_CASE("who came with a credential goes when it is taken back, once, and nobody else does") {
    test::door door;
    int ann = 0, bob = 0;
    const auto one = door.open_streams().enter(from(door, "one"), [&] { ++ann; });
    const auto two = door.open_streams().enter(from(door, "two"), [&] { ++bob; });
    door.open_streams().close_revoked("one", "another");
    door.open_streams().close_revoked("on", "odd-1");
    CHECK(ann == 0);
    door.open_streams().close_revoked("one", "odd-1");
    CHECK(ann == 1);
    CHECK(bob == 0);
    door.open_streams().close_revoked("two", "");
    CHECK(ann == 1);
    CHECK(bob == 1);
}

TEST_CASE("a visit that is over is not ended again") {
    test::door door;
    int ann = 0;
    { const auto one = door.open_streams().enter(from(door, "one"), [&] { ++ann; }); }
    door.open_streams().close_revoked("one", "odd-1");
    CHECK(ann == 0);
}

TEST_CASE("whoever was let in before something was taken back, and enters after, goes at once") {
    test::door door;
    const auto who = from(door, "one");
    door.open_streams().close_revoked("one", "odd-1");
    int ann = 0;
    const auto late = door.open_streams().enter(who, [&] { ++ann; });
    CHECK(ann == 1);
}
