#include "auth/caller_limits.hpp"

#include "captured_log.hpp"
#include "catch.hpp"
#include "gate_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

// Makes principals with a gate; each backend makes one principal.
class callers {
public:
    identity::principal from(const std::string& backend, std::optional<char> source = std::nullopt) {
        identity::request_facts shown;
        shown.authorization = "Bearer 0123456789abcdef0123456789abcdef";
        if (source) shown.source.emplace().bytes[0] = *source;
        return *here_.admit({here_.odd("grant", 0, backend)}, shown);
    }
    auth::bucket::time now() { return here_.clock().steady(); }

private:
    test::gate_fixture here_;
};

config::call_limits low_limits() {
    config::call_limits made;
    made.calls_per_principal = 2;
    made.calls_per_source = 3;
    made.connections_per_principal = 2;
    made.rate_per_principal = 10;
    made.rate_per_source = 15;
    return made;
}

}  // namespace

TEST_CASE("a request above the rate says how long to wait, and after that it is accepted") {
    callers callers;
    const auth::caller_limits limits(low_limits());
    const auto ann = callers.from("a"), again = callers.from("a"), bob = callers.from("b");
    for (int i = 0; i < 10; ++i) CHECK_FALSE(limits.count_request(i % 2 ? ann : again, callers.now()));
    const auto over = limits.count_request(ann, callers.now());
    REQUIRE(over);
    CHECK(over->wait == 100ms);
    CHECK(over->sentence == "Too many requests: this server accepts 10 per second from one caller. Try again in 1 s.");
    CHECK_FALSE(limits.count_request(bob, callers.now()));
    CHECK_FALSE(limits.count_request(ann, callers.now() + over->wait));
}

TEST_CASE("callers from one address share its rate, and a request that is refused counts for neither") {
    callers callers;
    const auth::caller_limits limits(low_limits());
    const auto ann = callers.from("a", '1'), bob = callers.from("b", '1'), carl = callers.from("c", '2');
    for (int i = 0; i < 10; ++i) CHECK_FALSE(limits.count_request(ann, callers.now()));
    for (int i = 0; i < 100; ++i) CHECK(limits.count_request(ann, callers.now()));
    for (int i = 0; i < 5; ++i) CHECK_FALSE(limits.count_request(bob, callers.now()));
    const auto over = limits.count_request(bob, callers.now());
    REQUIRE(over);
    CHECK(over->sentence.find("15 per second from one address") != std::string::npos);
    CHECK_FALSE(limits.count_request(carl, callers.now()));
    // Requests that the address refused do not count for bob.
    const auto elsewhere = callers.from("b", '3');
    for (int i = 0; i < 5; ++i) CHECK_FALSE(limits.count_request(elsewhere, callers.now()));
    CHECK(limits.count_request(elsewhere, callers.now()));
}

TEST_CASE("a call counts until it ends, for the caller and for the address") {
    callers callers;
    const auth::caller_limits limits(low_limits());
    const auto ann = callers.from("a", '1'), bob = callers.from("b", '1');
    std::optional<result<auth::call_permit, auth::limit_exceeded>> first(limits.begin_call(ann));
    const auto second = limits.begin_call(ann);
    REQUIRE((first->has_value() && second.has_value()));
    const auto third = limits.begin_call(ann);
    REQUIRE_FALSE(third.has_value());
    CHECK(
        third.error().sentence ==
        "Too many concurrent calls: this server runs at most 2 for one caller. Try again when one of them has ended.");
    {
        const auto of_bob = limits.begin_call(bob);
        CHECK(of_bob.has_value());
        const auto too_many = limits.begin_call(bob);
        REQUIRE_FALSE(too_many.has_value());
        CHECK(too_many.error().sentence.find("at most 3 for one address") != std::string::npos);
    }
    first.reset();
    CHECK(ann.usage()->calls.count() == 1);
    CHECK(ann.source_usage()->calls.count() == 1);
    CHECK(limits.begin_call(ann).has_value());
}

TEST_CASE("a permit that is moved counts once") {
    callers callers;
    const auth::caller_limits limits(low_limits());
    const auto ann = callers.from("a");
    {
        auto begun = limits.begin_call(ann);
        const auth::call_permit moved(std::move(*begun));
        CHECK(ann.usage()->calls.count() == 1);
    }
    CHECK(ann.usage()->calls.count() == 0);
}

TEST_CASE("a connection counts for the principal of its latest request") {
    callers callers;
    const auth::caller_limits limits(low_limits());
    const auto ann = callers.from("a"), bob = callers.from("b");
    auto first = limits.add_connection(ann), second = limits.add_connection(ann);
    REQUIRE((first != nullptr && second != nullptr));
    CHECK(first->is_of(callers.from("a")));
    CHECK_FALSE(first->is_of(bob));
    CHECK(limits.add_connection(ann) == nullptr);
    CHECK(limits.add_connection(bob) != nullptr);
    first.reset();
    CHECK(limits.add_connection(ann) != nullptr);
    CHECK(limits.too_many_connections().sentence.find("at most 2 from one caller") != std::string::npos);
}

TEST_CASE("Retry-After is in whole seconds, rounded up") {
    CHECK(auth::retry_after_seconds(0ms) == 1);
    CHECK(auth::retry_after_seconds(1ms) == 1);
    CHECK(auth::retry_after_seconds(1000ms) == 1);
    CHECK(auth::retry_after_seconds(1001ms) == 2);
    CHECK(auth::retry_after_seconds(60'000ms) == 60);
}
