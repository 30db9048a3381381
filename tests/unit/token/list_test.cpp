#include "token/list.hpp"

#include <string>
#include <vector>

#include "base/error.hpp"
#include "catch.hpp"
#include "token/bearer.hpp"

using namespace toolrack;
using token::record;

namespace {

record some_record() {
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
    auto text = token::write_list({some_record()});
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a written list is read as the same list") {
    auto other = some_record();
    other.id = "BBBBBBBBBBBB";
    other.hash = sha256("y");
    other.expires.reset();
    other.not_before.reset();
    other.scopes.clear();
    other.sources.clear();
    other.note.clear();
    other.replaced_by.clear();
    const auto text = token::write_list({some_record(), other});
    const auto read = token::read_list(text, "t.toml");
    REQUIRE(read.size() == 2);
    CHECK(token::write_list(read) == text);
    CHECK(read[0].principal == some_record().principal);
    CHECK(read[0].hash == some_record().hash);
    CHECK(read[0].expires == some_record().expires);
    CHECK(read[0].not_before == some_record().not_before);
    CHECK(read[0].sources == some_record().sources);
    CHECK_FALSE(read[1].expires);
    CHECK(read[1].scopes.empty());
    CHECK(token::read_list("schema = 1\n", "t.toml").empty());
}

TEST_CASE("a date may have any time zone") {
    const auto read = token::read_list(list_with("2026-11-22T10:00:00Z", "2026-11-22T12:30:00+02:30"), "t.toml");
    CHECK(read[0].created == some_record().created);
}

TEST_CASE("a time outside the years 0 to 9999 in UTC is refused") {
    CHECK(refusal(list_with("2026-11-22T10:00:00Z", "0000-01-01T00:00:00+00:01"))
              .find("t.toml:9:11: the value is not a point in time") == 0);
    CHECK(refusal(list_with("2027-02-20T10:00:00Z", "9999-12-31T23:59:59-00:01"))
              .find("the value is not a point in time") != std::string::npos);
}

TEST_CASE("a list with one error is refused as a whole, with the place of the error") {
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
    CHECK(refusal(list_with("expires = 2027-02-20T10:00:00Z\n", "")).find("found neither") != std::string::npos);
    CHECK(refusal(list_with("expires", "never_expires = true\nexpires")).find("found both") != std::string::npos);
    CHECK(refusal(list_with("10.0.0.0/8", "10.0.0.0/33")).find("sources is not usable") != std::string::npos);
    CHECK(refusal(list_with("orders:read", "orders read")).find("scopes is not usable") != std::string::npos);
    CHECK(refusal(list_with("note", "note = \"a\"\nnote")).find("duplicate key") != std::string::npos);
}

TEST_CASE("an id or a hash that occurs twice is refused") {
    auto twin = some_record();
    twin.hash = sha256("y");
    CHECK(refusal(token::write_list({some_record(), twin})).find("the id 9fK2mQx7Lr0B occurs twice") !=
          std::string::npos);
    twin = some_record();
    twin.id = "BBBBBBBBBBBB";
    CHECK(refusal(token::write_list({some_record(), twin})).find("the hash of BBBBBBBBBBBB occurs twice") !=
          std::string::npos);
}

TEST_CASE("a token that was pasted in place of its hash is not quoted") {
    const auto pasted = token::make_bearer();
    const auto sentence = refusal(list_with("sha256:" + hex(sha256("x")), std::string(pasted.reveal())));
    CHECK(sentence.find("hash is not the hash of a token") != std::string::npos);
    CHECK(sentence.find(pasted.reveal().substr(17, 8)) == std::string::npos);
}

TEST_CASE("a line that would overflow the stack of the parser is refused before it is parsed") {
    std::string deep = "a";
    for (int i = 0; i < 500'000; ++i) deep += ".a";
    CHECK(refusal("schema = 1\n" + deep + " = 1\n").find("t.toml:2:1: the line is too long") == 0);
    CHECK(refusal("schema = 1\n" + deep.substr(0, 8001) + " = 1\n").find("unknown key at the top level") !=
          std::string::npos);
}

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

std::vector<record> numbered_up_to(int count) {
    std::vector<record> all;
    for (int n = 0; n != count; ++n) all.push_back(numbered(n));
    return all;
}

}  // namespace

TEST_CASE("a list of many parts is read in its order") {
    const auto text = token::write_list(numbered_up_to(1000));
    REQUIRE(text.size() > 10 * 16 * 1024);
    const auto read = token::read_list(text, "t.toml");
    REQUIRE(read.size() == 1000);
    CHECK(token::write_list(read) == text);
    CHECK(token::write_list(token::read_list('\n' + text + "# edited\n", "t.toml")) == text);
    std::string with_crlf;
    for (const char c : text) with_crlf += c == '\n' ? "\r\n" : std::string(1, c);
    CHECK(token::write_list(token::read_list(with_crlf, "t.toml")) == text);
}

TEST_CASE("an error in a later part of a list is reported with its line") {
    auto records = numbered_up_to(1000);
    records[999].principal.clear();
    CHECK(refusal(token::write_list(records)).find("t.toml:7998:13: the value is not usable") == 0);
    records[999] = numbered(0);
    CHECK(refusal(token::write_list(records)).find("the id 100000000000 occurs twice") != std::string::npos);
    records[999].id = numbered(999).id;
    CHECK(refusal(token::write_list(records)).find("the hash of 100000000999 occurs twice") != std::string::npos);
    records[999] = numbered(999);
    const auto text = token::write_list(records);
    CHECK(refusal(text + "[server]\n").find("unknown key at the top level") != std::string::npos);
    CHECK(refusal(text + "[token.more]\n").find("unknown key in [[token]]") != std::string::npos);
    CHECK(refusal(text + "# \xED\xA0\x80\n").find("UTF-8") != std::string::npos);
    CHECK(refusal(text + "# \xC0\x80\n").find("UTF-8") != std::string::npos);
    for (const char* token : {"token = []\n", "token = [{id = \"x\"}]\n"}) {
        auto with_array = text;
        CHECK_FALSE(refusal(with_array.insert(with_array.find("\n[[token]]"), token)).empty());
    }
}

TEST_CASE("a table header in a text does not split a list") {
    auto records = numbered_up_to(1000);
    records[500].note = "[[token]]";
    CHECK(token::write_list(token::read_list(token::write_list(records), "t.toml")) == token::write_list(records));
    auto text = token::write_list(records);
    const std::string note = "note = \"[[token]]\"";
    text.replace(text.find(note), note.size(), "note = \"\"\"\n[[token]]\n\"\"\"");
    CHECK(refusal(text).find("at most 256 bytes on one line") != std::string::npos);
    text = token::write_list(numbered_up_to(1000));
    const std::string scopes = "scopes = []";
    text.replace(text.rfind(scopes), scopes.size(), "scopes = [\n[[token]]\n]");
    CHECK(refusal(text).find("t.toml:") == 0);
}

TEST_CASE("every list that one changed byte makes of a valid one is read as TOML says") {
    auto all = numbered_up_to(3);
    all[0].scopes = {"orders:read", "weather"};
    all[1].not_before = all[1].created;
    all[1].expires.reset();
    all[2].sources = {"10.0.0.0/8", "unix"};
    all[2].note = "\"]\\[[token]]\\ of J\xC3\xBCrgen";
    all[2].replaced_by = all[0].id;
    const auto text = token::write_list(all);
    std::size_t valid = 0;
    for (std::size_t at = 0; at != text.size(); ++at)
        for (const char c : {'"', '\\', '\n', ' ', '0', '#', ']', '\x01', '\xFF'}) {
            auto changed = text;
            changed[at] = c;
            // A header after a blank does not split the list.
            auto whole = changed;
            for (auto header = whole.find("\n[[token]]"); header != whole.npos; header = whole.find("\n[[token]]"))
                whole.replace(header, 1, "\n ");
            const auto refused = refusal(changed);
            CHECK(refused.empty() == refusal(whole).empty());
            if (!refused.empty()) continue;
            ++valid;
            CHECK(token::write_list(token::read_list(changed, "t.toml")) ==
                  token::write_list(token::read_list(whole, "t.toml")));
        }
    CHECK(valid > 100);
}
