#include "identity/scope.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace toolrack;
using namespace toolrack::identity;

TEST_CASE("a scope covers those that begin with its words") {
    struct row {
        std::string_view granted, required;
        bool covered;
    };
    for (const auto& [granted, required, covered] : {
             row{"orders", "orders", true},
             row{"orders", "orders:read", true},
             row{"orders", "orders:read:own", true},
             row{"orders:read", "orders:read", true},
             row{"orders:read", "orders:read:own", true},
             row{"orders:read", "orders", false},
             row{"orders:read", "orders:write", false},
             row{"orders:read", "orders:reader", false},
             row{"orders", "ordersread", false},
             row{"order", "orders", false},
             row{"orders:", "orders:read", false},
             row{":", "orders", false},
             row{"", "orders", false},
             row{"read", "orders:read", false},
             row{"Orders", "orders", false},
             row{"*", "orders", true},
             row{"*", "orders:read", true},
             row{"orders:*", "orders:read", false},
             row{"*:read", "orders:read", false},
             row{"**", "orders", false},
             row{"* ", "orders", false},
             row{"orders orders:read", "orders:read", false},
         }) {
        CAPTURE(granted, required);
        CHECK(covers(granted, required) == covered);
    }
}

TEST_CASE("covers is reflexive, antisymmetric and transitive") {
    const std::vector<std::string> words{"a", "a:b", "a:b:c", "a:c", "b", "ab", "a:bb"};
    for (const auto& one : words) {
        CHECK(covers(one, one));
        for (const auto& other : words) {
            if (one != other) CHECK_FALSE((covers(one, other) && covers(other, one)));
            for (const auto& third : words)
                if (covers(one, other) && covers(other, third)) CHECK(covers(one, third));
        }
    }
}

TEST_CASE("a required scope consists of words of the characters that RFC 6749 allows, without a star") {
    for (const char* good :
         {"orders", "orders:read", "a:b:c:d", "x", "https://example.com/read", "A-Z.0_9", "!#$%&'()+,;=?@[]^`{|}~"})
        CHECK(can_be_required(good));
    for (const char* bad : {"",
                            ":",
                            "orders:",
                            ":read",
                            "orders::read",
                            "*",
                            "orders:*",
                            "or*ders",
                            "a b",
                            "a\tb",
                            "a\"b",
                            "a\\b",
                            "a\x7f",
                            "\xc3\xa4",
                            " orders",
                            "orders\n"}) {
        CAPTURE(bad);
        CHECK_FALSE(can_be_required(bad));
    }
    CHECK(can_be_required(std::string(256, 'a')));
    CHECK_FALSE(can_be_required(std::string(257, 'a')));
    CHECK_FALSE(can_be_required(std::string_view("a\0b", 3)));
}

TEST_CASE("a scope is a scope-token of RFC 6749") {
    for (const char* good : {"orders", "orders:read", ":", "*", "orders:*", "a::b", "!#$%&'()+,;=?@[]^`{|}~"})
        CHECK(is_scope(good));
    for (const char* bad : {"", " ", "a b", "a\tb", "a\"b", "a\\b", "a\x7f", "\xc3\xa4", "a\n"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_scope(bad));
    }
    CHECK(is_scope(std::string(256, 'a')));
    CHECK_FALSE(is_scope(std::string(257, 'a')));
    CHECK_FALSE(is_scope(std::string_view("a\0b", 3)));
}

TEST_CASE("a scope can be granted if it covers something") {
    for (const char* scope : {"*", "orders", "orders:read", "https://example.com/x"}) {
        CAPTURE(scope);
        CHECK(can_be_granted(scope));
    }
    for (const char* scope : {"", ":", "a::b", "a:", ":a", "*:x", "**", "a:*", "a b"}) {
        CAPTURE(scope);
        CHECK_FALSE(can_be_granted(scope));
    }
}
