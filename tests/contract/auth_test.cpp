#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::testing::host;

namespace {

constexpr const char* later = R"({"mode":"late_auth"})";

}  // namespace

TEST_CASE("A1: a decision reaches the host completely, immediately or later") {
    for (const char* options : {"{}", later}) {
        host here(options);
        const auto yes = here.authenticate("good");
        CHECK(yes.granted);
        CHECK(yes.subject == "ann");
        CHECK(yes.issuer == "us");
        CHECK(yes.credential == "key-1");
        CHECK(yes.scopes == std::vector<std::string>{"a", "b:c"});
        CHECK(yes.expires == 1000);
        CHECK(yes.keep == 60);

        const auto no = here.authenticate("bad");
        CHECK_FALSE(no.granted);
        CHECK(no.refusal == TOOLRACK_BAD_TOKEN);
        CHECK(no.why == "unknown");
        CHECK(here.strays() == 0);
    }
}

TEST_CASE("A2: an exception and a dropped check are refusals") {
    for (const char* options : {"{}", later}) {
        host here(options);
        const auto decided = here.authenticate("throw");
        CHECK_FALSE(decided.granted);
        CHECK(decided.refusal == TOOLRACK_UNAVAILABLE);
        CHECK(here.log() == std::vector<std::string>{"the auth handler threw an exception"});
    }
    CHECK(host(later).authenticate("drop").refusal == TOOLRACK_UNAVAILABLE);
}

TEST_CASE("A7: the traits and the metadata are as registered") {
    host here;
    CHECK(here.auth_table().traits == (TOOLRACK_AUTH_QUICK | TOOLRACK_AUTH_TOKENLESS));
    std::string metadata;
    const auto emit = [](void* into, toolrack_str json) {
        static_cast<std::string*>(into)->assign(json.data, json.size);
    };
    here.auth_table().metadata(here.instance(), emit, &metadata);
    CHECK(metadata == R"({"scopes_supported":["a"]})");
    CHECK(host(later).auth_table().traits == 0);
}

TEST_CASE("A5: a backend can revoke its grants") {
    host here;
    here.call("forget");
    CHECK(here.forgotten() == std::vector<std::string>{"key-1", ""});
}
