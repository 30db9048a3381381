#include "auth/allowance.hpp"

#include "captured_log.hpp"
#include "catch.hpp"
#include "door.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

// People, made by a gate; each by their own backend, so that they are different ones.
class people {
public:
    identity::principal from(const std::string& backend, std::optional<char> place = std::nullopt) {
        identity::request_facts shown;
        shown.authorization = "Bearer 0123456789abcdef0123456789abcdef";
        if (place) shown.source.emplace().bytes[0] = *place;
        return *door_.admit({door_.odd("grant", 0, backend)}, shown);
    }
    auth::bucket::time now() { return door_.clock().steady(); }

private:
    test::door door_;
};

config::call_limits limits() {
    config::call_limits made;
    made.calls_per_principal = 2;
    made.calls_per_source = 3;
    made.connections_per_principal = 2;
    made.rate_per_principal = 10;
    made.rate_per_source = 15;
    return made;
}

}  // namespace

TEST_CASE("whoever is too fast is told how long to wait, and after that is served") {
    people people;
    const auth::allowance allowed(limits());
    const auto ann = people.from("a"), again = people.from("a"), bob = people.from("b");
    for (int i = 0; i < 10; ++i) CHECK_FALSE(allowed.charge(i % 2 ? ann : again, people.now()));
    const auto over = allowed.charge(ann, people.now());
    REQUIRE(over);
    CHECK(over->wait == 100ms);
    CHECK(over->sentence ==
          "Too many requests in a short time: this server takes 10 a second from one caller. Try again in 1 s.");
    CHECK_FALSE(allowed.charge(bob, people.now()));
    CHECK_FALSE(allowed.charge(ann, people.now() + over->wait));
}

TEST_CASE("those who come from one place share what it may, and what one is refused the other keeps") {
    people people;
    const auth::allowance allowed(limits());
    const auto ann = people.from("a", '1'), bob = people.from("b", '1'), carl = people.from("c", '2');
    for (int i = 0; i < 10; ++i) CHECK_FALSE(allowed.charge(ann, people.now()));
    for (int i = 0; i < 100; ++i) CHECK(allowed.charge(ann, people.now()));
    for (int i = 0; i < 5; ++i) CHECK_FALSE(allowed.charge(bob, people.now()));
    const auto over = allowed.charge(bob, people.now());
    REQUIRE(over);
    CHECK(over->sentence.find("15 a second from one address") != std::string::npos);
    CHECK_FALSE(allowed.charge(carl, people.now()));
    // What the place refused was not taken from bob: elsewhere he has all that he did not use.
    const auto elsewhere = people.from("b", '3');
    for (int i = 0; i < 5; ++i) CHECK_FALSE(allowed.charge(elsewhere, people.now()));
    CHECK(allowed.charge(elsewhere, people.now()));
}

TEST_CASE("calls under way are counted until they end, for the caller and for the place") {
    people people;
    const auth::allowance allowed(limits());
    const auto ann = people.from("a", '1'), bob = people.from("b", '1');
    std::optional<result<auth::turn, auth::excess>> first(allowed.begin_call(ann));
    const auto second = allowed.begin_call(ann);
    REQUIRE((first->has_value() && second.has_value()));
    const auto third = allowed.begin_call(ann);
    REQUIRE_FALSE(third.has_value());
    CHECK(third.error().sentence ==
          "Too many calls at once: one caller may have 2 under way. Try again when one of them has ended.");
    {
        const auto of_bob = allowed.begin_call(bob);
        CHECK(of_bob.has_value());
        const auto too_many = allowed.begin_call(bob);
        REQUIRE_FALSE(too_many.has_value());
        CHECK(too_many.error().sentence.find("one address may have 3") != std::string::npos);
    }
    first.reset();
    CHECK(ann.account()->calls.count() == 1);
    CHECK(ann.source()->calls.count() == 1);
    CHECK(allowed.begin_call(ann).has_value());
}

TEST_CASE("a turn that moves on is counted once") {
    people people;
    const auth::allowance allowed(limits());
    const auto ann = people.from("a");
    {
        auto begun = allowed.begin_call(ann);
        const auth::turn moved(std::move(*begun));
        CHECK(ann.account()->calls.count() == 1);
    }
    CHECK(ann.account()->calls.count() == 0);
}

TEST_CASE("connections are counted for whose request came last") {
    people people;
    const auth::allowance allowed(limits());
    const auto ann = people.from("a"), bob = people.from("b");
    auto first = allowed.attend(ann), second = allowed.attend(ann);
    REQUIRE((first != nullptr && second != nullptr));
    CHECK(first->is_of(people.from("a")));
    CHECK_FALSE(first->is_of(bob));
    CHECK(allowed.attend(ann) == nullptr);
    CHECK(allowed.attend(bob) != nullptr);
    first.reset();
    CHECK(allowed.attend(ann) != nullptr);
    CHECK(allowed.too_many_connections().sentence.find("one caller may have 2 open") != std::string::npos);
}

TEST_CASE("a wait is told in whole seconds, and never too short") {
    CHECK(auth::whole_seconds(0ms) == 1);
    CHECK(auth::whole_seconds(1ms) == 1);
    CHECK(auth::whole_seconds(1000ms) == 1);
    CHECK(auth::whole_seconds(1001ms) == 2);
    CHECK(auth::whole_seconds(60'000ms) == 60);
}
