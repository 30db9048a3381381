#include "token/revocations.hpp"

#include <string>

#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using token::revocation_kind;

TEST_CASE("written revocations are parsed as the same revocations") {
    const auto now = *read_rfc3339("2026-11-22T10:00:00Z");
    const auto text = token::revocation_line(now, revocation_kind::token, "9fK2mQx7Lr0B", "laptop\nstolen") +
                      token::revocation_line(now, revocation_kind::signed_token, "jti 1", "") +
                      token::revocation_line(now, revocation_kind::key, "k2", "") +
                      token::revocation_line(now, revocation_kind::principal_before, "Änn 100%", "left");
    const auto read = token::parse_revocations(text);
    CHECK(read.invalid_lines.empty());
    CHECK(read.revoked.tokens.contains("9fK2mQx7Lr0B"));
    CHECK(read.revoked.signed_tokens.contains("jti 1"));
    CHECK(read.revoked.keys.contains("k2"));
    CHECK(read.revoked.is_principal_revoked("Änn 100%", now - 1s));
    CHECK_FALSE(read.revoked.is_principal_revoked("Änn 100%", now));
    CHECK_FALSE(read.revoked.is_principal_revoked("bob", now - 1s));
}

TEST_CASE("the latest time of a principal applies, in whatever order the lines are") {
    const std::string early = "2026-01-01T00:00:00Z principal-before ann\n",
                      late = "2027-01-01T00:00:00Z principal-before ann\n";
    const auto between = *read_rfc3339("2026-06-01T00:00:00Z");
    CHECK(token::parse_revocations(early + late).revoked.is_principal_revoked("ann", between));
    CHECK(token::parse_revocations(late + early).revoked.is_principal_revoked("ann", between));
    CHECK_FALSE(token::parse_revocations(early).revoked.is_principal_revoked("ann", between));
    auto both = token::parse_revocations(early).revoked;
    both.add(token::parse_revocations(late).revoked);
    CHECK(both.is_principal_revoked("ann", between));
}

TEST_CASE("an invalid line is reported, and all other lines apply") {
    const auto read = token::parse_revocations("# a comment\n\n"
                                               "2026-11-22T10:00:00Z tok A\r\n"
                                               "yesterday tok B\n"
                                               "2026-11-22T10:00:00Z TOK C\n"
                                               "2026-11-22T10:00:00Z tok\n"
                                               "2026-11-22T10:00:00Z tok %zz\n"
                                               "2026-11-22T10:00:00Z tok %\n"
                                               "2026-11-22T10:00:00Z tok %ff\n"
                                               "2026-13-22T10:00:00Z tok D\n"
                                               "2026-11-22T10:00:00Z tok E");
    CHECK(read.invalid_lines == std::vector<unsigned>{4, 5, 6, 7, 8, 9, 10});
    CHECK(read.revoked.tokens == std::set<std::string, std::less<>>{"A", "E"});
}

TEST_CASE("lines may be written by hand, and unknown kinds are ignored") {
    const auto read = token::parse_revocations("2026-11-22T11:00:00+01:00\tkid  k1\n"
                                               "   2026-11-22T10:00:00Z principal-before ann she left\n"
                                               "2026-11-22T10:00:00Z something-new x y z\n");
    CHECK(read.invalid_lines.empty());
    CHECK(read.revoked.keys.contains("k1"));
    CHECK(read.revoked.is_principal_revoked("ann", *read_rfc3339("2026-11-22T09:59:59Z")));
}

TEST_CASE("a line with control characters, or that is too long, is invalid") {
    for (const auto& odd : {std::string("2026-11-22T10:00:00Z tok A\xff"),
                            std::string("2026-11-22T10:00:00Z tok A b\x1b[2J"),
                            "2026-11-22T10:00:00Z tok A " + std::string(5000, 'x')})
        CHECK(token::parse_revocations(odd).invalid_lines == std::vector<unsigned>{1});
}

TEST_CASE("only the end of a list that grew is parsed, and all of another list") {
    token::incremental_parser parser;
    const std::string one = "2026-11-22T10:00:00Z tok AAAAAAAAAAAA\n", two = "2026-11-22T10:00:00Z tok BBBBBBBBBBBB\n";
    CHECK(parser.parse(one).revoked.tokens == std::set<std::string, std::less<>>{"AAAAAAAAAAAA"});
    CHECK(parser.parse(one + two).revoked.tokens == std::set<std::string, std::less<>>{"BBBBBBBBBBBB"});
    CHECK(parser.parse(one + two).revoked.is_empty());
    CHECK(parser.parse(two + two).revoked.tokens == std::set<std::string, std::less<>>{"BBBBBBBBBBBB"});
    CHECK(parser.parse(one).revoked.tokens == std::set<std::string, std::less<>>{"AAAAAAAAAAAA"});
    CHECK(parser.parse("").revoked.is_empty());
}

TEST_CASE("an incomplete line is parsed again, and an invalid one is reported each time") {
    token::incremental_parser parser;
    const std::string good = "2026-11-22T10:00:00Z tok AAAAAAAAAAAA\n", half = "2026-11-22T10:00:00Z tok BBBB";
    CHECK(parser.parse("nonsense\n" + good + half).invalid_lines == std::vector<unsigned>{1});
    const auto next = parser.parse("nonsense\n" + good + half + "BBBBBBBB\nmore\n");
    CHECK(next.revoked.tokens == std::set<std::string, std::less<>>{"BBBBBBBBBBBB"});
    CHECK(next.invalid_lines == std::vector<unsigned>{1, 4});
    CHECK(parser.parse("nonsense\n" + good + half + "BBBBBBBB\nmore\n").invalid_lines == std::vector<unsigned>{1, 4});
}
