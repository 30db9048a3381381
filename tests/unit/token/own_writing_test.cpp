#include "token/own_writing.hpp"

#include <string>
#include <vector>

#include "base/error.hpp"
#include "catch.hpp"
#include "token/list.hpp"

using namespace toolrack;
using token::record;

namespace {

record numbered(int number) {
    record one;
    one.id = std::to_string(100'000'000'000 + number);
    one.principal = "user " + std::to_string(number);
    one.hash = sha256(one.id);
    one.created = *read_rfc3339("2026-11-22T10:00:00Z");
    one.expires = *read_rfc3339("2027-02-20T10:00:00Z");
    return one;
}

// Each with something that the others have not.
std::vector<record> all_kinds() {
    std::vector<record> all;
    for (int n = 0; n != 8; ++n) all.push_back(numbered(n));
    all[1].scopes = {"orders:read", "weather"};
    all[2].not_before = all[2].created;
    all[3].expires.reset();
    all[4].sources = {"10.0.0.0/8", "unix"};
    all[5].note = "\"]\\\n[[token]]\\ of J\xC3\xBCrgen";
    std::erase(all[5].note, '\n');
    all[6].replaced_by = all[7].id;
    all[7].principal = "\\\"";
    return all;
}

bool is_refused(const std::string& text) {
    try {
        token::read_list(text, "t.toml");
        return false;
    } catch (const failure&) {
        return true;
    }
}

bool are_same(const record& one, const record& other) {
    return one.id == other.id && one.principal == other.principal && one.hash == other.hash &&
           one.scopes == other.scopes && one.created == other.created && one.not_before == other.not_before &&
           one.expires == other.expires && one.sources == other.sources && one.note == other.note &&
           one.replaced_by == other.replaced_by;
}

}  // namespace

TEST_CASE("what we wrote ourselves is read without the parser, and says the same to both") {
    const auto text = token::write_list(all_kinds());
    const auto own = token::read_own_writing(text);
    REQUIRE(own.has_value());
    const auto parsed = token::read_list(text + "# edited\n", "t.toml");
    REQUIRE(own->size() == all_kinds().size());
    REQUIRE(parsed.size() == own->size());
    for (std::size_t n = 0; n != own->size(); ++n) {
        CHECK(are_same((*own)[n], all_kinds()[n]));
        CHECK(are_same((*own)[n], parsed[n]));
    }
    CHECK(token::read_own_writing(token::write_list({}))->empty());
}

TEST_CASE("whatever one byte of our writing becomes, the parser has the last word") {
    const auto text = token::write_list(all_kinds());
    REQUIRE_FALSE(token::read_own_writing(text + "# edited\n"));
    std::size_t still_ours = 0;
    for (std::size_t at = 0; at != text.size(); ++at)
        for (const char c : {'"', '\\', '\n', ' ', '0', '#', ']', '\x01', '\xFF'}) {
            auto changed = text;
            changed[at] = c;
            const auto own = token::read_own_writing(changed);
            if (!own) continue;
            ++still_ours;
            const auto parsed = token::read_list(changed + "# edited\n", "t.toml");
            REQUIRE(parsed.size() == own->size());
            for (std::size_t n = 0; n != parsed.size(); ++n) CHECK(are_same(parsed[n], (*own)[n]));
        }
    CHECK(still_ours > 100);
    for (std::size_t size = 0; size != text.size(); ++size) {
        const auto own = token::read_own_writing(text.substr(0, size));
        if (own) CHECK(token::write_list(*own) == text.substr(0, size));
    }
}

TEST_CASE("what a list may not say is not read for being in our writing") {
    const auto with = [](auto change) {
        auto all = all_kinds();
        change(all[1]);
        return token::write_list(all);
    };
    for (const auto& text : {with([](record& one) { one.id = "short"; }),
                             with([](record& one) { one.principal.clear(); }),
                             with([](record& one) { one.scopes = {"orders read"}; }),
                             with([](record& one) { one.scopes.assign(101, "x"); }),
                             with([](record& one) { one.sources = {"10.0.0.0/33"}; }),
                             with([](record& one) { one.note = std::string(257, 'n'); }),
                             with([](record& one) { one.note = "\xFF"; }),
                             with([](record& one) { one.replaced_by = "x"; }),
                             with([](record& one) { one.id = numbered(2).id; }),
                             with([](record& one) { one.hash = numbered(2).hash; })}) {
        CHECK_FALSE(token::read_own_writing(text));
        CHECK(is_refused(text));
    }
}
