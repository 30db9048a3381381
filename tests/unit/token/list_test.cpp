#include "token/list.hpp"

#include <string>

#include "base/error.hpp"
#include "catch.hpp"
#include "token/bearer.hpp"

using namespace toolrack;
using token::record;

namespace {

record someone() {
    record one;
    one.id = "9fK2mQx7Lr0B";
    one.principal = "ann \"the\" \\ Grüße";
    one.hash = sha256("x");
    one.scopes = {"orders:read", "weather"};
    one.created = *read_rfc3339("2026-11-22T10:00:00Z");
    one.expires = *read_rfc3339("2027-02-20T10:00:00Z");
    one.not_before = *read_rfc3339("2026-11-23T00:00:00Z");
    one.sources = {"10.0.0.0/8", "fd00::/8", "unix"};
    one.note = "laptop";
    one.replaced_by = "AAAAAAAAAAAA";
    return one;
}

std::string refusal(const std::string& text) {
    try {
        token::read_list(text, "t.toml");
    } catch (const failure& refused) {
        return refused.what();
    }
    return {};
}

std::string list_with(const std::string& from, const std::string& to) {
    auto text = token::write_list({someone()});
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a list reads back as it was written, in one form") {
    auto other = someone();
    other.id = "BBBBBBBBBBBB";
    other.hash = sha256("y");
    other.expires.reset();
    other.not_before.reset();
    other.scopes.clear();
    other.sources.clear();
    other.note.clear();
    other.replaced_by.clear();
    const auto text = token::write_list({someone(), other});
    const auto read = token::read_list(text, "t.toml");
    REQUIRE(read.size() == 2);
    CHECK(token::write_list(read) == text);
    CHECK(read[0].principal == someone().principal);
    CHECK(read[0].hash == someone().hash);
    CHECK(read[0].expires == someone().expires);
    CHECK(read[0].not_before == someone().not_before);
    CHECK(read[0].sources == someone().sources);
    CHECK_FALSE(read[1].expires);
    CHECK(read[1].scopes.empty());
    CHECK(token::read_list("schema = 1\n", "t.toml").empty());
}

TEST_CASE("a date is a point in time, whatever zone it was written in") {
    const auto read = token::read_list(list_with("2026-11-22T10:00:00Z", "2026-11-22T12:30:00+02:30"), "t.toml");
    CHECK(read[0].created == someone().created);
}

TEST_CASE("a moment that could not be written again is refused, wherever the clock stands that says it") {
    CHECK(refusal(list_with("2026-11-22T10:00:00Z", "0000-01-01T00:00:00+00:01"))
              .find("t.toml:9:11: the value is not a point in time") == 0);
    CHECK(refusal(list_with("2027-02-20T10:00:00Z", "9999-12-31T23:59:59-00:01"))
              .find("the value is not a point in time") != std::string::npos);
}

TEST_CASE("a list that is not understood in full is not understood at all") {
    CHECK(refusal(list_with("note", "nope")).find("t.toml:13:8: unknown key in [[token]]") == 0);
    CHECK(refusal(list_with("schema = 1", "schema = 2")).find("schema = 1") != std::string::npos);
    CHECK(refusal("schema = 66666666666666666666.6").find("schema = 1") != std::string::npos);
    CHECK(refusal("schema = 1.0").find("schema = 1") != std::string::npos);
    CHECK(refusal(list_with("schema = 1", "")).find("schema = 1") != std::string::npos);
    CHECK(refusal(list_with("[[token]]", "[token]")).find("tables that each begin with [[token]]") !=
          std::string::npos);
    CHECK(refusal("schema = 1\nextra = 1\n").find("unknown key at the top level") != std::string::npos);
    CHECK(refusal("schema = 1\ntoken = [1]\n").find("[[token]]") != std::string::npos);
    CHECK(refusal(list_with("id = \"9fK2mQx7Lr0B\"", "id = 7")).find("wrong type") != std::string::npos);
    CHECK(refusal(list_with("id = \"9fK2mQx7Lr0B\"\n", "")).find("id is missing") != std::string::npos);
    CHECK(refusal(list_with("9fK2mQx7Lr0B", "9fK2mQx7Lr0")).find("not usable") != std::string::npos);
    CHECK(refusal(list_with("2027-02-20T10:00:00Z", "2027-02-20T10:00:00")).find("point in time") != std::string::npos);
    CHECK(refusal(list_with("2027-02-20T10:00:00Z", "2027-02-20")).find("point in time") != std::string::npos);
    CHECK(refusal(list_with("2027-02-20T10:00:00Z", "2027-02-30T10:00:00Z")).find("t.toml:") == 0);
    CHECK(refusal(list_with("expires = 2027-02-20T10:00:00Z\n", "")).find("neither") != std::string::npos);
    CHECK(refusal(list_with("expires", "never_expires = true\nexpires")).find("both") != std::string::npos);
    CHECK(refusal(list_with("10.0.0.0/8", "10.0.0.0/33")).find("sources is not usable") != std::string::npos);
    CHECK(refusal(list_with("orders:read", "orders read")).find("scopes is not usable") != std::string::npos);
    CHECK(refusal(list_with("note", "note = \"a\"\nnote")).find("duplicate key") != std::string::npos);
}

TEST_CASE("an id or a hash that stands there twice makes a list void") {
    auto twin = someone();
    twin.hash = sha256("y");
    CHECK(refusal(token::write_list({someone(), twin})).find("the id 9fK2mQx7Lr0B stands there twice") !=
          std::string::npos);
    twin = someone();
    twin.id = "BBBBBBBBBBBB";
    CHECK(refusal(token::write_list({someone(), twin})).find("the hash of BBBBBBBBBBBB stands there twice") !=
          std::string::npos);
}

TEST_CASE("a token that was pasted where its hash belongs is not said back") {
    const auto pasted = token::make_bearer();
    const auto said = refusal(list_with("sha256:" + hex(sha256("x")), std::string(pasted.reveal())));
    CHECK(said.find("hash is not the hash of a token") != std::string::npos);
    CHECK(said.find(pasted.reveal().substr(17, 8)) == std::string::npos);
}

TEST_CASE("a line that would take the parser down is refused before it reads it") {
    std::string deep = "a";
    for (int i = 0; i < 500'000; ++i) deep += ".a";
    CHECK(refusal("schema = 1\n" + deep + " = 1\n").find("t.toml:2:1: the line is too long") == 0);
    CHECK(refusal("schema = 1\n" + deep.substr(0, 8001) + " = 1\n").find("unknown key at the top level") !=
          std::string::npos);
}
