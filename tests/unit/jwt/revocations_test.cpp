#include "jwt/revocations.hpp"

#include <string>

#include "catch.hpp"
#include "jwt/timestamp.hpp"

using namespace toolrack;

namespace {

std::string complaint_about(const std::string& text) {
    const auto list = jwt::read_revocations(text);
    return list.bad ? "line " + std::to_string(list.bad->number) + ' ' + std::string(list.bad->why) : "";
}

}  // namespace

TEST_CASE("a list says which tokens, keys and principals are revoked") {
    const auto list = jwt::read_revocations(
        "# by hand\n"
        "\n"
        "2027-01-15T08:00:00Z jti 4f1c the laptop was stolen\n"
        "2027-01-15T09:00:00+01:00\tkid  k1\n"
        "   2027-01-15T08:00:00Z principal-before alice she left\n"
        "2027-01-14T08:00:00Z principal-before alice\n"
        "2027-01-15T08:00:00Z tok 9fK2mQx7Lr0B another backend's\n"
        "2027-01-15T08:00:00Z something-new x y z\n"
        "2027-01-15T08:00:00Z jti last");
    CHECK_FALSE(list.bad);
    CHECK(list.revoked.has_id("4f1c"));
    CHECK(list.revoked.has_id("last"));
    CHECK_FALSE(list.revoked.has_id("9fK2mQx7Lr0B"));
    CHECK_FALSE(list.revoked.has_id("4f1"));
    CHECK(list.revoked.has_key("k1"));
    CHECK(list.revoked.has_principal("alice", 1'799'999'999));
    CHECK_FALSE(list.revoked.has_principal("alice", 1'800'000'000));
    CHECK_FALSE(list.revoked.has_principal("bob", 0));
    CHECK(jwt::read_revocations("").revoked == jwt::revocations());
}

TEST_CASE("a line that cannot be read is named, and delays no other") {
    CHECK(complaint_about("2027-01-15T08:00:00Z jti a\nsoon jti b\n") ==
          "line 2 does not begin with a time such as 2027-01-15T08:00:00Z");
    CHECK(complaint_about("2027-01-15T08:00:00Z\n") == "line 1 has no kind, such as jti, after its time");
    CHECK(complaint_about("2027-01-15T08:00:00Z JTI a\n") == "line 1 has no kind, such as jti, after its time");
    CHECK(complaint_about("2027-01-15T08:00:00Z jti\n") == "line 1 does not say what is revoked");
    CHECK(complaint_about("2027-01-15T08:00:00Z tok\n") == "line 1 does not say what is revoked");
    CHECK(complaint_about("2027-01-15T08:00:00Z kid ../k1\n") == "line 1 names no kid");
    CHECK(complaint_about("2027-01-15T08:00:00Z jti " + std::string(129, 'a')) == "line 1 names no jti");
    for (const std::string odd : {"2027-01-15T08:00:00Z jti a\r\n", "2027-01-15T08:00:00Z jti a\xFF\n",
                                  "2027-01-15T08:00:00Z jti a b\x1b[2J\n"})
        CHECK(complaint_about(odd).starts_with("line 1 is too long, or holds a control character"));
    CHECK(complaint_about("2027-01-15T08:00:00Z jti a " + std::string(5000, 'x')).starts_with("line 1 is too long"));

    const auto list = jwt::read_revocations("2027-01-15T08:00:00Z jti a\nnonsense\nmore\n2027-01-15T08:00:00Z jti b\n");
    CHECK(list.bad->number == 2);
    CHECK(list.revoked.has_id("a"));
    CHECK(list.revoked.has_id("b"));
}

TEST_CASE("nothing that was revoked is ever taken back") {
    auto all = jwt::read_revocations("2027-01-15T08:00:00Z jti a\n2027-01-15T08:00:00Z principal-before alice").revoked;
    all.add(jwt::read_revocations("2027-01-15T08:00:00Z kid k\n2027-01-14T08:00:00Z principal-before alice").revoked);
    CHECK(all.has_id("a"));
    CHECK(all.has_key("k"));
    CHECK(all.has_principal("alice", 1'799'999'999));
}

TEST_CASE("times are RFC 3339, and a part of a second counts as all of it") {
    CHECK(jwt::timestamp(1'800'000'000) == "2027-01-15T08:00:00Z");
    CHECK(jwt::timestamp(0) == "1970-01-01T00:00:00Z");
    CHECK(jwt::timestamp(253'402'300'799) == "9999-12-31T23:59:59Z");
    CHECK(jwt::read_timestamp("2027-01-15T08:00:00Z") == 1'800'000'000);
    CHECK(jwt::read_timestamp("2027-01-15t08:00:00z") == 1'800'000'000);
    CHECK(jwt::read_timestamp("2027-01-15T08:00:00.000Z") == 1'800'000'000);
    CHECK(jwt::read_timestamp("2027-01-15T08:00:00.001Z") == 1'800'000'001);
    CHECK(jwt::read_timestamp("2027-01-15T10:30:00+02:30") == 1'800'000'000);
    CHECK(jwt::read_timestamp("2027-01-14T23:00:00-09:00") == 1'800'000'000);
    for (const char* text : {"", "2027-01-15", "2027-01-15T08:00:00", "2027-01-15 08:00:00Z", "2027-13-15T08:00:00Z",
                             "2027-02-29T08:00:00Z", "2027-01-15T24:00:00Z", "2027-01-15T08:60:00Z", "2027-01-15T08:00:61Z",
                             "2027-01-15T08:00:00.Z", "2027-01-15T08:00:00Zx", "2027-01-15T08:00:00+24:00", "1800000000",
                             "27-01-15T08:00:00Z", "-027-01-15T08:00:00Z"}) {
        CAPTURE(text);
        CHECK_FALSE(jwt::read_timestamp(text));
    }
}
