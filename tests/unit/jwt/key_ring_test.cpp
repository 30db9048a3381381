#include "jwt/key_ring.hpp"

#include <string>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "catch.hpp"
#include "mint.hpp"

using namespace toolrack;
using jwt::key_state;

namespace {

const std::string zeros = "trkk_" + std::string(43, 'A');
const std::string other = "trkk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

std::string
entry(const std::string& kid, const std::string& secret, const std::string& state, const std::string& more = "") {
    return "[[key]]\nkid = \"" + kid + "\"\nsecret = \"" + secret + "\"\nstate = \"" + state +
           "\"\ncreated = 2027-01-15T08:00:00Z\n" + more;
}

std::string refusal_of(const std::string& text) {
    try {
        jwt::read_key_ring(text, "keys.toml");
    } catch (const failure& why) {
        CHECK(why.code() == exit_code::configuration);
        return why.what();
    }
    return "";
}

std::string refusal_of_secret(const std::string& secret) {
    const auto sentence = refusal_of("schema = 1\n" + entry("k1", secret, "active"));
    CHECK((secret.size() < 8 || sentence.find(secret.substr(secret.size() - 8)) == std::string::npos));
    return sentence;
}

}  // namespace

TEST_CASE("a keys file has the id, bytes, state and times of each key") {
    const auto ring =
        jwt::read_key_ring("schema = 1\n" + entry("k1", zeros, "active") +
                               entry("old-one", other, "verify", "not_after = 2027-01-16T10:00:00+02:00\n"),
                           "keys.toml");
    REQUIRE(ring.keys().size() == 2);
    REQUIRE(ring.active());
    CHECK(ring.active()->kid == "k1");
    CHECK(ring.active()->bytes.reveal() == std::string(32, '\0'));
    CHECK(ring.active()->created == 1'800'000'000);
    CHECK_FALSE(ring.active()->not_after);
    REQUIRE(ring.find("old-one"));
    CHECK(ring.find("old-one")->state == key_state::verify);
    CHECK(ring.find("old-one")->not_after == 1'800'000'000 + 24 * 3600);
    CHECK_FALSE(ring.find("k2"));
    CHECK(jwt::read_key_ring("schema = 1\n", "keys.toml").keys().empty());
}

TEST_CASE("a written keys file is read as the same keys, with every byte") {
    jwt::key_ring ring;
    for (int n = 0; n != 8; ++n) ring.keys().push_back(jwt::make_key(test::noon + n));
    for (int n = 0; n != 8; ++n) {
        std::string bytes;
        for (int i = 0; i != 32; ++i) bytes += static_cast<char>(n * 32 + i);
        auto one = jwt::make_key(test::noon);
        one.bytes = secret(bytes);
        one.state = n == 0 ? key_state::active : n % 2 ? key_state::verify : key_state::retired;
        if (n % 3 == 0) one.not_after = test::noon + n;
        ring.keys().push_back(std::move(one));
    }
    const auto text = jwt::write_key_ring(ring);
    const auto again = jwt::read_key_ring(text.reveal(), "keys.toml");
    CHECK(jwt::write_key_ring(again).reveal() == text.reveal());
    REQUIRE(again.keys().size() == ring.keys().size());
    for (std::size_t n = 0; n != ring.keys().size(); ++n) {
        const auto &one = ring.keys()[n], &two = again.keys()[n];
        CHECK(one.kid == two.kid);
        CHECK(one.bytes.reveal() == two.bytes.reveal());
        CHECK(one.state == two.state);
        CHECK(one.created == two.created);
        CHECK(one.not_after == two.not_after);
    }
}

TEST_CASE("new keys have 32 bytes and different ids") {
    const auto one = jwt::make_key(1), two = jwt::make_key(1);
    CHECK(one.bytes.size() == jwt::key_bytes);
    CHECK(one.kid != two.kid);
    CHECK(one.bytes.reveal() != two.bytes.reveal());
    CHECK(one.kid.starts_with('k'));
}

TEST_CASE("a secret of another form is refused and never quoted") {
    const std::string what = "keys.toml:4:10: key.secret is not a key; expected trkk_ and 43 characters";
    for (const std::string& secret :
         {std::string(""),
          std::string("trkk_"),
          std::string("hunter2-hunter2"),
          std::string(43, 'A'),
          "TRKK_" + std::string(43, 'A'),
          "trkk_" + std::string(42, 'A'),
          "trkk_" + std::string(44, 'A'),
          zeros + "=",
          zeros + " ",
          " " + zeros,
          "trkk_" + std::string(42, 'A') + "B",  // bits that no byte has
          "trkk_" + std::string(42, 'A') + "+",
          "trkk_" + std::string(42, 'A') + "/",
          std::string("trkk_0123456789abcdef0123456789abcdef"),  // 16 bytes, or hex of them
          std::string("-----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkq-----END PRIVATE KEY-----"),
          std::string(R"({\"kty\":\"oct\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAA\"})")}) {
        CAPTURE(secret);
        CHECK(refusal_of_secret(secret).starts_with(what));
    }
    CHECK(refusal_of("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n")
              .find("MIIEvQ") == std::string::npos);
    CHECK_FALSE(refusal_of(R"({"keys":[{"kty":"oct","k":"AAAA"}]})").empty());
    CHECK(refusal_of("schema = 1\n[[key]]\nkid = \"k1\"\nsecret = { file = \"x\" }\nstate = \"active\"\n")
              .find("key.secret is not a text") != std::string::npos);
}

TEST_CASE("a secret in the place of another value is not quoted either") {
    const std::string bare(43, 'A');
    for (const auto& text : {entry(bare, zeros, "active"), entry("k1", zeros, bare)})
        CHECK(refusal_of("schema = 1\n" + text).find(bare) == std::string::npos);
}

TEST_CASE("a time outside the years 0 to 9999 in UTC is refused") {
    CHECK(refusal_of("schema = 1\n" + entry("k1", zeros, "active", "not_after = 9999-12-31T23:59:59-00:01\n"))
              .starts_with("keys.toml:7:13: key.not_after is not a point in time"));
}

TEST_CASE("two active keys are refused, and so are two with the same kid or the same secret") {
    CHECK(refusal_of("schema = 1\n" + entry("k1", zeros, "active") + entry("k2", other, "active")) ==
          "keys.toml:10:9: the keys k1 and k2 are both active; expected one active key, and \"verify\" for others that "
          "are accepted, found two");
    CHECK(refusal_of("schema = 1\n" + entry("k1", zeros, "active") + entry("k1", other, "verify")) ==
          "keys.toml:8:7: two keys have the kid \"k1\"; expected each kid once, found a second one");
    CHECK(refusal_of("schema = 1\n" + entry("k1", zeros, "retired") + entry("k2", zeros, "active"))
              .starts_with("keys.toml:9:10: the keys k1 and k2 have the same secret"));
}

TEST_CASE("every other error in a keys file is refused with its place") {
    CHECK(refusal_of("") == "keys.toml: the keys file has no schema; expected schema = 1, found none");
    CHECK(refusal_of("schema = 2\n").starts_with("keys.toml:1:10: the schema of the keys file is not supported"));
    CHECK(refusal_of("schema = \"1\"\n").starts_with("keys.toml:1:10: the schema of the keys file"));
    CHECK(refusal_of("schema = 1\nkeys = []\n")
              .starts_with("keys.toml:2:1: unknown key at the top level (did you mean \"key\"?)"));
    CHECK(refusal_of("schema = 1\nkey = 7\n").starts_with("keys.toml:2:7: key has the wrong type"));
    CHECK(refusal_of("schema = 1\n" + entry("k1", zeros, "active", "note = \"x\"\n"))
              .starts_with("keys.toml:7:1: unknown key in [[key]]"));
    CHECK(refusal_of("schema = 1\n[[key]]\nkid = \"k1\"\n").starts_with("keys.toml:2:1: a [[key]] without secret"));
    CHECK(refusal_of("schema = 1\n[[key]]\nkid = \"k1\"\nsecret = \"" + zeros + "\"\nstate = \"active\"\n")
              .starts_with("keys.toml:2:1: a [[key]] without created"));
    for (const char* kid : {"", "a b", "../k", "k.1", "012345678901234567890123456789012", "\xC3\xA4"})
        CHECK(refusal_of("schema = 1\n" + entry(kid, zeros, "active"))
                  .starts_with("keys.toml:3:7: key.kid is not the id of a key"));
    for (const char* state : {"", "Active", "disabled", "signing"})
        CHECK(refusal_of("schema = 1\n" + entry("k1", zeros, state))
                  .starts_with("keys.toml:5:9: key.state is not a state"));
    for (const char* time : {"2027-01-15", "\"2027-01-15T08:00:00Z\"", "1800000000"})
        CHECK(refusal_of("schema = 1\n" + entry("k1", zeros, "active", "not_after = " + std::string(time) + "\n"))
                  .starts_with("keys.toml:7:13: key.not_after is not a point in time"));
    CHECK(refusal_of("schema = 1\n" + entry("k1", zeros, "active", "not_after = 2027-01-15T08:00:00\n"))
              .starts_with("keys.toml:7:13: key.not_after does not say in which time zone"));

    std::string many = "schema = 1\n";
    for (int n = 0; n != 65; ++n) {
        const auto secret = jwt::make_key(0);
        many += entry("k" + std::to_string(n), "trkk_" + base64url(secret.bytes.reveal()), "verify");
    }
    CHECK(refusal_of(many).find("too many keys; expected at most 64") != std::string::npos);
}
