#include "auth/open_streams.hpp"

#include <toolrack/abi.h>

#include "catch.hpp"
#include "gate_fixture.hpp"

using namespace toolrack;

namespace {

// A principal with the credential "odd-1" of this backend.
identity::principal from(test::gate_fixture& here, const std::string& backend) {
    auto who = here.admit({here.odd("grant", 0, backend)}, "Bearer " + std::string(40, 'x'));
    REQUIRE(who.has_value());
    return *who;
}

}  // namespace

TEST_CASE("a revoked credential closes its streams once, and no others") {
    test::gate_fixture here;
    int closed_one = 0, closed_two = 0;
    const auto one = here.open_streams().add(from(here, "one"), [&] { ++closed_one; });
    const auto two = here.open_streams().add(from(here, "two"), [&] { ++closed_two; });
    here.open_streams().close_revoked("one", "another");
    here.open_streams().close_revoked("on", "odd-1");
    CHECK(closed_one == 0);
    here.open_streams().close_revoked("one", "odd-1");
    CHECK(closed_one == 1);
    CHECK(closed_two == 0);
    here.open_streams().close_revoked("two", "");
    CHECK(closed_one == 1);
    CHECK(closed_two == 1);
}

TEST_CASE("a stream that has ended is not closed") {
    test::gate_fixture here;
    int closed_one = 0;
    {
        const auto one = here.open_streams().add(from(here, "one"), [&] { ++closed_one; });
    }
    here.open_streams().close_revoked("one", "odd-1");
    CHECK(closed_one == 0);
}

TEST_CASE("a stream that opens after the revocation of its credential is closed at once") {
    test::gate_fixture here;
    const auto who = from(here, "one");
    here.open_streams().close_revoked("one", "odd-1");
    int closed_one = 0;
    const auto late = here.open_streams().add(who, [&] { ++closed_one; });
    CHECK(closed_one == 1);
}
