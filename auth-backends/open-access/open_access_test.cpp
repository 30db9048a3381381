#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::testing::host;

TEST_CASE("open access declares that it is open") {
    CHECK(host().auth_table().traits == (TOOLRACK_AUTH_OPEN | TOOLRACK_AUTH_TOKENLESS | TOOLRACK_AUTH_QUICK));
}

TEST_CASE("open access grants every request, with or without a token") {
    host open;
    for (const char* token : {"", "anything"}) {
        const auto decided = open.authenticate(token);
        CHECK(decided.granted);
        CHECK(decided.subject == "anonymous");
        CHECK(decided.scopes == std::vector<std::string>{"*"});
        CHECK(decided.keep == 0);
    }
}

TEST_CASE("the subject and the scopes can be configured") {
    const auto decided = host(R"({"subject": "demo", "scopes": ["orders:read"]})").authenticate("");
    CHECK(decided.subject == "demo");
    CHECK(decided.scopes == std::vector<std::string>{"orders:read"});
    CHECK(host(R"({"scopes": []})").authenticate("").scopes.empty());
}
