// A backend is not asked again for as long as it allows its grant to be remembered: duty A5 of the contract.
#include "auth/remembered_grants.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "gate_fixture.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using identity::refusal;
using test::refusal_in;

namespace {

class fixture : public test::gate_fixture {
public:
    static identity::request_facts facts(std::string_view authorization) {
        identity::request_facts shown;
        shown.authorization = authorization;
        shown.peer = "192.0.2.7";
        return shown;
    }
    bool admits(const test::backend& by, const identity::request_facts& shown) {
        return admit({by}, shown).has_value();
    }
    bool admits(const test::backend& by, std::string_view authorization = "Bearer grant-1") {
        return admits(by, facts(authorization));
    }
    // How often backends were asked about this credential.
    std::size_t asked_about(const std::string& id = "1") {
        const auto text = log().text();
        const auto line = "asked about " + id + " by ";
        std::size_t count = 0;
        for (auto at = text.find(line); at != std::string::npos; at = text.find(line, at + 1)) ++count;
        return count;
    }
    std::uint64_t counted(std::string_view result) { return registry().decisions.at({"slow", result}).count(); }
};

identity::grant granted_to(const std::string& subject, const std::string& credential) {
    identity::grant made;
    made.subject = subject;
    made.issuer = made.backend = "slow";
    made.credential = credential;
    return made;
}

}  // namespace

// CONTRACT.md, A5.
TEST_CASE("a second request with the same token and facts does not ask the backend") {
    fixture here;
    const auto slow = here.slow();
    const auto first = here.admit({slow}, "Bearer grant-1"), second = here.admit({slow}, "Bearer grant-1");
    REQUIRE((first.has_value() && second.has_value()));
    CHECK(here.asked_about() == 1);
    CHECK(second->subject() == "ann");
    CHECK(second->issuer() == "slow");
    CHECK(second->credential() == "1");
    CHECK(second->backend() == "slow");
    CHECK(second->scopes() == std::vector<std::string>{"*"});
    CHECK(here.counted("granted") == 1);
    CHECK(here.counted("remembered") == 1);
    CHECK(first->usage() == second->usage());  // the same limits
}

// CONTRACT.md, A5.
TEST_CASE("a backend that does not allow it is asked about every request") {
    fixture here;
    for (const char* options : {"{}", R"({"keep":0})", R"({"keep":-1})", R"({"keep":-9223372036854775808})"}) {
        const auto slow = here.slow(options);
        const auto before = here.asked_about();
        CHECK(here.admits(slow));
        CHECK(here.admits(slow));
        CHECK(here.asked_about() == before + 2);
    }
    CHECK(here.remembered_grants().size() == 0);
}

// CONTRACT.md, A5.
TEST_CASE("a grant is remembered for no longer than its backend allows, by the steady clock") {
    fixture here;
    const auto slow = here.slow(R"({"keep":60})");
    CHECK(here.admits(slow));
    here.clock().set(here.clock().now() - 24h);  // does not make it last longer
    here.clock().pass(60s - 1ns);
    CHECK(here.admits(slow));
    CHECK(here.asked_about() == 1);
    here.clock().pass(1ns);
    CHECK(here.admits(slow));
    CHECK(here.asked_about() == 2);
}

TEST_CASE("a remembered grant never outlives its expiry, by the wall clock") {
    fixture here;
    const auto slow = here.slow(R"({"keep":3600,"expires_in":60})");
    CHECK(here.admits(slow));
    here.clock().set(here.clock().now() + 59s);
    CHECK(here.admits(slow));
    CHECK(here.asked_about() == 1);
    here.clock().set(here.clock().now() + 1s);
    CHECK(here.admits(slow));  // it grants anew
    CHECK(here.asked_about() == 2);
}

TEST_CASE("the longest time to keep does not overflow") {
    fixture here;
    const auto slow = here.slow(R"({"keep":9223372036854775807})");
    CHECK(here.admits(slow));
    here.clock().pass(24h);
    CHECK(here.admits(slow));
    CHECK(here.asked_about() == 1);
}

TEST_CASE("a refusal is never remembered") {
    fixture here;
    const auto slow = here.slow();
    CHECK_FALSE(here.admits(slow, "Bearer revoke-1"));
    CHECK_FALSE(here.admits(slow, "Bearer grant-1"));
    CHECK_FALSE(here.admits(slow, "Bearer grant-1"));
    CHECK(here.asked_about() == 3);
    CHECK(here.remembered_grants().size() == 0);
}

TEST_CASE("a grant without a token is never remembered") {
    fixture here;
    const auto slow = here.slow();
    for (int i = 0; i < 3; ++i) CHECK(here.admit({slow}, std::nullopt).has_value());
    CHECK(here.asked_about("") == 3);
    CHECK(here.remembered_grants().size() == 0);
}

TEST_CASE("another token, or any other fact, asks the backend again") {
    fixture here;
    const auto slow = here.slow();
    const auto usual = fixture::facts("Bearer grant-1");
    CHECK(here.admits(slow, usual));
    std::size_t asked = 1;
    const auto asks = [&](const identity::request_facts& shown) {
        CHECK(here.admits(slow, shown));
        CHECK(here.asked_about() == ++asked);
        CHECK(here.admits(slow, shown));
        CHECK(here.admits(slow, usual));
        CHECK(here.asked_about() == asked);
    };
    auto other = usual;
    other.peer = "192.0.2.8";
    asks(other);
    other = usual;
    other.peer_uid = 1000;
    asks(other);
    other = usual;
    other.peer_gid = 1000;
    asks(other);
    other = usual;
    other.certificate = "DER";
    asks(other);
    here.set_resource("https://other.example.com/mcp");
    CHECK(here.admits(slow, usual));
    CHECK(here.asked_about() == asked + 1);
    CHECK(here.admits(slow, "Bearer grant-2"));
    CHECK(here.asked_about("2") == 1);
}

// CONTRACT.md, A5.
TEST_CASE("a revoked credential is refused at once, and the others stay remembered") {
    fixture here;
    const auto slow = here.slow();
    CHECK(here.admits(slow, "Bearer grant-1"));
    CHECK(here.admits(slow, "Bearer grant-2"));
    CHECK_FALSE(here.admits(slow, "Bearer revoke-1"));
    CHECK(refusal_in(here.admit({slow}, "Bearer grant-1")) == refusal::bad_token);
    CHECK(here.asked_about("1") == 3);
    CHECK(here.admits(slow, "Bearer grant-2"));
    CHECK(here.asked_about("2") == 1);
    here.revoke("slow", "another");
    here.revoke("slo", "");
    CHECK(here.admits(slow, "Bearer grant-2"));
    CHECK(here.asked_about("2") == 1);
    here.revoke("slow", "");
    CHECK(here.admits(slow, "Bearer grant-2"));
    CHECK(here.asked_about("2") == 2);
}

// CONTRACT.md, A5.
TEST_CASE("an answer that is overtaken by a revocation neither admits nor is remembered") {
    fixture here;
    const auto slow = here.slow();
    CHECK(here.admits(slow, "Bearer overtaken-1"));
    CHECK(here.asked_about() == 2);
    CHECK(here.admits(slow, "Bearer overtaken-1"));
    CHECK(here.asked_about() == 2);
    // One that is overtaken again and again is refused.
    const auto always = here.odd("take_all_back_and_grant");
    CHECK(refusal_in(here.admit({always}, "Bearer grant-1")) == refusal::unavailable);
}

TEST_CASE("a grant that is added after a revocation is not found, when the backend was asked before it") {
    fixture here;
    const auto slow = here.slow();
    auth::remembered_grants grants;
    const auto key = grants.key_of({"token", "", "", -1, -1, ""});
    const auto asked = auth::remembered_grants::start{grants.epoch(), here.clock().steady()};
    grants.revoke("slow", "1");
    grants.add(key, slow, granted_to("ann", "1"), 60s, asked);
    CHECK_FALSE(grants.find(key, slow, here.clock()));
    grants.add(key, slow, granted_to("ann", "1"), 60s, {grants.epoch(), here.clock().steady()});
    CHECK(grants.find(key, slow, here.clock()));
}

TEST_CASE("a replaced backend does not find the grants of its predecessor") {
    fixture here;
    CHECK(here.admits(here.slow(R"({"keep":60})")));
    const auto replaced = here.slow(R"({"keep":61})");
    CHECK(here.admits(replaced));
    CHECK(here.asked_about() == 2);
    CHECK(here.admits(replaced));
    CHECK(here.asked_about() == 2);
}

TEST_CASE("only the backend that granted is not asked again: those before it in the list still decide") {
    fixture here;
    const auto first = here.odd("pass", 0, "first"), slow = here.slow();
    CHECK(here.admit({first, slow}, "Bearer grant-1").has_value());
    CHECK(here.admit({first, slow}, "Bearer grant-1").has_value());
    CHECK(here.asked_about() == 1);
    CHECK(refusal_in(here.admit({here.odd("forbidden", 0, "strict"), slow}, "Bearer grant-1")) == refusal::forbidden);
}

TEST_CASE("a remembered grant gets the issuer that the configuration says now") {
    fixture here;
    const auto slow = here.slow();
    CHECK(here.admit({slow}, "Bearer grant-1")->issuer() == "slow");
    here.set_shared_subjects({"company", "slow"});
    CHECK(here.admit({slow}, "Bearer grant-1")->issuer() == "company");
    here.set_shared_subjects({});
    CHECK(here.admit({slow}, "Bearer grant-1")->issuer() == "slow");
    CHECK(here.asked_about() == 1);
}

TEST_CASE("a request with a remembered grant counts against the limits, and its streams end with the credential") {
    fixture here;
    const auto slow = here.slow();
    CHECK(here.admits(slow));
    const auto who = here.admit({slow}, "Bearer grant-1");
    REQUIRE(who.has_value());
    int closed = 0;
    const auto stream = here.open_streams().add(*who, [&] { ++closed; });
    CHECK(closed == 0);
    here.revoke("slow", "1");
    CHECK(closed == 1);
}

TEST_CASE("the number of remembered grants is limited, in total and for one caller") {
    fixture here;
    const auto slow = here.slow();
    auth::remembered_grants grants(1000);
    const auto now = auth::remembered_grants::start{grants.epoch(), here.clock().steady()};
    const auto key_of = [&](int n) { return grants.key_of({std::to_string(n), "", "", -1, -1, ""}); };
    const auto add = [&](int n, const std::string& subject, std::chrono::seconds keep) {
        grants.add(key_of(n), slow, granted_to(subject, std::to_string(n)), keep, now);
    };
    add(0, "bob", 1h);
    for (int n = 1; n <= 5000; ++n) add(n, "ann", std::chrono::seconds(n));
    CHECK(grants.size() == 65);
    CHECK(grants.find(key_of(0), slow, here.clock()));  // ann displaces only her own
    CHECK(grants.find(key_of(5000), slow, here.clock()));
    for (int n = 10'000; n < 20'000; ++n) add(n, std::to_string(n), 2h);
    CHECK(grants.size() == 1000);
    CHECK(grants.find(key_of(19'999), slow, here.clock()));
}

TEST_CASE("a grant that is too large is not remembered") {
    fixture here;
    const auto slow = here.slow();
    auth::remembered_grants grants;
    auto large = granted_to("ann", "1");
    large.scopes.assign(20, std::string(250, 's'));
    const auto key = grants.key_of({"token", "", "", -1, -1, ""});
    grants.add(key, slow, large, 60s, {grants.epoch(), here.clock().steady()});
    CHECK(grants.size() == 0);
}

TEST_CASE("expired grants make room") {
    fixture here;
    const auto slow = here.slow();
    auth::remembered_grants grants;
    const auto add = [&](const std::string& token) {
        grants.add(grants.key_of({token, "", "", -1, -1, ""}),
                   slow,
                   granted_to(token, token),
                   60s,
                   {grants.epoch(), here.clock().steady()});
    };
    for (int n = 0; n < 100; ++n) add(std::to_string(n));
    CHECK(grants.size() == 100);
    here.clock().pass(60s);
    add("next");
    CHECK(grants.size() == 1);
}

TEST_CASE("the keys of two processes differ") {
    const auth::remembered_grants one, other;
    const plugin::credentials shown{"token", "https://tools.example.com/mcp", "192.0.2.7", -1, -1, ""};
    CHECK(one.key_of(shown) == one.key_of(shown));
    CHECK(one.key_of(shown) != other.key_of(shown));
}

TEST_CASE("the boundaries between the facts are part of the key") {
    const auth::remembered_grants grants;
    CHECK(grants.key_of({"ab", "c", "", -1, -1, ""}) != grants.key_of({"a", "bc", "", -1, -1, ""}));
    CHECK(grants.key_of({"a", "b", "", -1, -1, ""}) != grants.key_of({"a", "", "b", -1, -1, ""}));
    CHECK(grants.key_of({"a", "", "", 1, 2, ""}) != grants.key_of({"a", "", "", 2, 1, ""}));
}

// CONTRACT.md, A5.
TEST_CASE("when a revocation has returned, no thread finds the grant any more") {
    fixture here;
    const auto slow = here.slow();
    auth::remembered_grants grants;
    const auto key = grants.key_of({"token", "", "", -1, -1, ""});
    std::atomic<int> valid = 0, revoked = -1;  // credentials
    std::atomic<int> stale = 0, found = 0;
    std::atomic<bool> done = false;
    std::vector<std::thread> all;
    for (int i = 0; i < 3; ++i)
        all.emplace_back([&] {
            while (!done) {
                const int last_revoked = revoked;
                const auto asked = auth::remembered_grants::start{grants.epoch(), here.clock().steady()};
                if (const auto hit = grants.find(key, slow, here.clock())) {
                    ++found;
                    stale += std::stoi(hit->credential) <= last_revoked;
                } else {
                    grants.add(key, slow, granted_to("ann", std::to_string(valid)), 60s, asked);
                }
            }
        });
    for (int n = 0; n < 5000; ++n) {
        valid = n + 1;
        grants.revoke("slow", std::to_string(n));
        revoked = n;
    }
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!found && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    done = true;
    for (auto& one : all) one.join();
    CHECK(stale == 0);
    CHECK(found > 0);
}

TEST_CASE("what a remembered grant costs", "[.cost]") {
    fixture here;
    const auto slow = here.slow();
    auth::remembered_grants grants;
    const std::string token(48, 't');
    const plugin::credentials shown{token, "https://tools.example.com/mcp", "192.0.2.7", -1, -1, ""};
    grants.add(grants.key_of(shown), slow, granted_to("ann", "1"), 60s, {grants.epoch(), here.clock().steady()});
    constexpr int rounds = 200'000;
    const auto measure = [&](const char* what, auto once) {
        const auto begun = std::chrono::steady_clock::now();
        for (int i = 0; i < rounds; ++i) once();
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begun;
        WARN(what << ": " << took.count() / rounds << " ns");
    };
    const auto key = grants.key_of(shown);
    bool all_found = true;
    measure("the key", [&] { all_found &= grants.key_of(shown) == key; });
    measure("the lookup", [&] { all_found &= grants.find(key, slow, here.clock()).has_value(); });
    CHECK(all_found);
}
