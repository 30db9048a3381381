#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>  // Catch2 2
#endif

#include <cstdint>
#include <string>
#include <vector>

#include <toolrack/testing.hpp>

using toolrack::testing::host;

namespace {

constexpr const char* ann_token = "guest_a-token-of-ann";
constexpr std::int64_t new_year = 1798761600;  // 2027-01-01

// Hashes of ann_token and of "guest_a-token-of-bob".
constexpr const char* both = R"({"guests":[
    {"name":"ann","sha256":"91129a3a0849d9332dd8ffefa45fdefb6dc59d7499a77a0a6ff739b0d68ac360",)"
                             R"("expires":1798761600,"scopes":["notes"]},
    {"name":"bob","sha256":"bd496b81e1c0ecedbcaab8e00c3d9a89ddf07019980adbc9595d8f0f09a29efe",)"
                             R"("expires":1798761600,"scopes":[]}]})";

toolrack::testing::decision show(host& here, const std::string& token, std::int64_t now) {
    toolrack_facts shown = host::facts_with(token);
    shown.now = now;
    return here.authenticate(shown);
}

}  // namespace

TEST_CASE("a guest gets a grant with their name and scopes") {
    host here(both);
    const auto ann = show(here, ann_token, new_year - 1);
    CHECK(ann.granted);
    CHECK(ann.subject == "ann");
    CHECK(ann.scopes == std::vector<std::string>{"notes"});
    CHECK(ann.credential == "guest-ann");
    CHECK(ann.expires == new_year);
    CHECK(show(here, "guest_a-token-of-bob", 0).subject == "bob");
}

TEST_CASE("an unknown guest token is refused and not passed to another backend") {
    host here(both);
    for (const char* token : {"guest_", "guest_a-token-of-anna", "guest_A-TOKEN-OF-ANN"}) {
        const auto no = show(here, token, 0);
        CHECK_FALSE(no.granted);
        CHECK(no.refusal == TOOLRACK_BAD_TOKEN);
        CHECK(no.why == "the token is not on the list");
    }
}

TEST_CASE("a token is refused from the second it expires") {
    host here(both);
    const auto late = show(here, ann_token, new_year);
    CHECK(late.refusal == TOOLRACK_BAD_TOKEN);
    CHECK(late.why == "ann's token has expired");
}

TEST_CASE("a token of another kind is passed to the next backend") {
    host here(both);
    CHECK(show(here, "3f9c2d7a41b8e065", 0).refusal == TOOLRACK_PASS);
    CHECK(show(here, "", 0).refusal == TOOLRACK_PASS);
}

TEST_CASE("the backend is quick, requires a token, and is not open") {
    CHECK(host(both).auth_table().traits == TOOLRACK_AUTH_QUICK);
}
