#include "token/revocations.hpp"

#include <string>

#include "catch.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using token::revoked;

TEST_CASE("what is written down as revoked is read back as revoked") {
    const auto now = *read_rfc3339("2026-11-22T10:00:00Z");
    const auto text = token::revocation_line(now, revoked::token, "9fK2mQx7Lr0B", "laptop\nstolen") +
                      token::revocation_line(now, revoked::signed_token, "jti 1", "") +
                      token::revocation_line(now, revoked::key, "k2", "") +
                      token::revocation_line(now, revoked::principal_before, "Änn 100%", "left");
    const auto read = token::read_revocations(text);
    CHECK(read.broken_lines.empty());
    CHECK(read.taken_back.tokens.contains("9fK2mQx7Lr0B"));
    CHECK(read.taken_back.signed_tokens.contains("jti 1"));
    CHECK(read.taken_back.keys.contains("k2"));
    CHECK(read.taken_back.takes_back("Änn 100%", now - 1s));
    CHECK_FALSE(read.taken_back.takes_back("Änn 100%", now));
    CHECK_FALSE(read.taken_back.takes_back("bob", now - 1s));
}

TEST_CASE("the latest of several moments counts for a principal, in whichever order they stand") {
    const std::string early = "2026-01-01T00:00:00Z principal-before ann\n",
                      late = "2027-01-01T00:00:00Z principal-before ann\n";
    const auto between = *read_rfc3339("2026-06-01T00:00:00Z");
    CHECK(token::read_revocations(early + late).taken_back.takes_back("ann", between));
    CHECK(token::read_revocations(late + early).taken_back.takes_back("ann", between));
    CHECK_FALSE(token::read_revocations(early).taken_back.takes_back("ann", between));
    auto both = token::read_revocations(early).taken_back;
    both.add(token::read_revocations(late).taken_back);
    CHECK(both.takes_back("ann", between));
}

TEST_CASE("a line that is no revocation is named, and takes nothing from the others") {
    const auto read = token::read_revocations(
        "# a comment\n\n"
        "2026-11-22T10:00:00Z tok A\r\n"
        "yesterday tok B\n"
        "2026-11-22T10:00:00Z TOK C\n"
        "2026-11-22T10:00:00Z tok\n"
        "2026-11-22T10:00:00Z tok %zz\n"
        "2026-11-22T10:00:00Z tok %\n"
        "2026-11-22T10:00:00Z tok %ff\n"
        "2026-13-22T10:00:00Z tok D\n"
        "2026-11-22T10:00:00Z tok E");
    CHECK(read.broken_lines == std::vector<unsigned>{4, 5, 6, 7, 8, 9, 10});
    CHECK(read.taken_back.tokens == std::set<std::string, std::less<>>{"A", "E"});
}

TEST_CASE("lines may be written by hand, and may say what only others understand") {
    const auto read = token::read_revocations(
        "2026-11-22T11:00:00+01:00\tkid  k1\n"
        "   2026-11-22T10:00:00Z principal-before ann she left\n"
        "2026-11-22T10:00:00Z something-new x y z\n");
    CHECK(read.broken_lines.empty());
    CHECK(read.taken_back.keys.contains("k1"));
    CHECK(read.taken_back.takes_back("ann", *read_rfc3339("2026-11-22T09:59:59Z")));
}

TEST_CASE("a line that would show badly, or is endless, is broken") {
    for (const auto& odd : {std::string("2026-11-22T10:00:00Z tok A\xff"),
                            std::string("2026-11-22T10:00:00Z tok A b\x1b[2J"),
                            "2026-11-22T10:00:00Z tok A " + std::string(5000, 'x')})
        CHECK(token::read_revocations(odd).broken_lines == std::vector<unsigned>{1});
}

TEST_CASE("of a list that grew only the end is read, and of another one all") {
    token::revocations_reader reader;
    const std::string one = "2026-11-22T10:00:00Z tok AAAAAAAAAAAA\n", two = "2026-11-22T10:00:00Z tok BBBBBBBBBBBB\n";
    CHECK(reader.read(one).taken_back.tokens == std::set<std::string, std::less<>>{"AAAAAAAAAAAA"});
    CHECK(reader.read(one + two).taken_back.tokens == std::set<std::string, std::less<>>{"BBBBBBBBBBBB"});
    CHECK(reader.read(one + two).taken_back.is_empty());
    CHECK(reader.read(two + two).taken_back.tokens == std::set<std::string, std::less<>>{"BBBBBBBBBBBB"});
    CHECK(reader.read(one).taken_back.tokens == std::set<std::string, std::less<>>{"AAAAAAAAAAAA"});
    CHECK(reader.read("").taken_back.is_empty());
}

TEST_CASE("a line that was only half there is read again, and a broken one is told of each time") {
    token::revocations_reader reader;
    const std::string good = "2026-11-22T10:00:00Z tok AAAAAAAAAAAA\n", half = "2026-11-22T10:00:00Z tok BBBB";
    CHECK(reader.read("nonsense\n" + good + half).broken_lines == std::vector<unsigned>{1});
    const auto next = reader.read("nonsense\n" + good + half + "BBBBBBBB\nmore\n");
    CHECK(next.taken_back.tokens == std::set<std::string, std::less<>>{"BBBBBBBBBBBB"});
    CHECK(next.broken_lines == std::vector<unsigned>{1, 4});
    CHECK(reader.read("nonsense\n" + good + half + "BBBBBBBB\nmore\n").broken_lines == std::vector<unsigned>{1, 4});
}
