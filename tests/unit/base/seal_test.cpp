#include "base/seal.hpp"

#include <array>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/base64.hpp"
#include "catch.hpp"

using namespace toolrack;
using namespace std::literals;

namespace {

const auto noon = std::chrono::system_clock::time_point(1'800'000'000s);
const auto in_a_minute = noon + 1min;

secret key_of(char letter, std::size_t size = 32) { return secret(std::string(size, letter)); }

// Keys of one repeated letter each: "ab" closes with a's and opens with b's, too.
seal seal_with(std::string_view letters) {
    std::vector<secret> keys;
    for (const char letter : letters) keys.push_back(key_of(letter));
    return seal(keys);
}

std::string refused_because(const std::vector<secret>& keys) {
    try {
        seal made(keys);
    } catch (const failure& why) {
        return why.what();
    }
    return "";
}

std::string with_bit_flipped(std::string bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    return bytes;
}

}  // namespace

TEST_CASE("a sealed text opens unchanged for its binding") {
    const auto one = seal_with("k");
    for (const auto& plain : {""s, "step 2"s, "\0\xFF"s, "{\"who\":\"Ann\"}"s, std::string(seal::longest, 'x')}) {
        for (const auto& bound_to : {""s, "ann\ntools/call"s, std::string(100'000, 'b')}) {
            const auto opened = one.open(one.close(plain, bound_to, in_a_minute), bound_to, noon);
            REQUIRE(opened.has_value());
            CHECK(*opened == plain);
        }
    }
}

TEST_CASE("a sealed text does not reveal its content, and is safe in JSON, headers and URLs") {
    const auto one = seal_with("k");
    const auto text = one.close("the plain text", "ann", in_a_minute);
    const auto bytes = base64url_decoded(text);
    REQUIRE(bytes);
    CHECK(bytes->find("plain") == std::string::npos);
    CHECK(bytes->size() == 1 + 4 + 12 + 8 + "the plain text"sv.size() + 16);
    CHECK(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
}

TEST_CASE("sealing the same text twice gives different results") {
    const auto one = seal_with("k");
    std::set<std::string> texts;
    for (int i = 0; i < 1000; ++i) texts.insert(one.close("same", "same", in_a_minute));
    CHECK(texts.size() == 1000);
}

TEST_CASE("a sealed text with any one bit changed is refused") {
    const auto one = seal_with("k");
    const auto text = one.close("step 2", "ann", in_a_minute);
    for (std::size_t bit = 0; bit != text.size() * 8; ++bit) {
        CAPTURE(bit);
        CHECK_FALSE(one.open(with_bit_flipped(text, bit), "ann", noon).has_value());
    }
    const auto bytes = *base64url_decoded(text);
    for (std::size_t bit = 0; bit != bytes.size() * 8; ++bit) {
        CAPTURE(bit);
        const auto opened = one.open(base64url(with_bit_flipped(bytes, bit)), "ann", noon);
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error() == (bit < 8 ? seal_fault::malformed : seal_fault::forged));
    }
}

TEST_CASE("a truncated or extended sealed text is refused") {
    const auto one = seal_with("k");
    const auto bytes = *base64url_decoded(one.close("step 2", "ann", in_a_minute));
    for (std::size_t size = 0; size != bytes.size(); ++size)
        CHECK_FALSE(one.open(base64url(bytes.substr(0, size)), "ann", noon).has_value());
    for (const auto& added : {"\0"s, "x"s, bytes}) {
        CHECK(one.open(base64url(bytes + added), "ann", noon).error() == seal_fault::forged);
        CHECK_FALSE(one.open(base64url(added + bytes), "ann", noon).has_value());
    }
    CHECK_FALSE(one.open(base64url(bytes) + "-TAMPERED", "ann", noon).has_value());
}

TEST_CASE("a sealed text opens only for its binding") {
    const auto one = seal_with("k");
    const auto text = one.close("step 2", "ann", in_a_minute);
    for (const auto& other : {""s, "an"s, "bob"s, "Ann"s, "ann\0"s, " ann"s, std::string(1'000'000, 'a')})
        CHECK(one.open(text, other, noon).error() == seal_fault::forged);
    CHECK(one.open(one.close("", "", in_a_minute), "ann", noon).error() == seal_fault::forged);
}

TEST_CASE("a sealed text opens until the moment it expires, not at it") {
    const auto one = seal_with("k");
    const auto text = one.close("step 2", "ann", in_a_minute);
    CHECK(one.open(text, "ann", in_a_minute - 1ms).has_value());
    CHECK(one.open(text, "ann", in_a_minute).error() == seal_fault::expired);
    CHECK(one.open(text, "ann", in_a_minute + 1s).error() == seal_fault::expired);
    CHECK(one.open(text, "ann", std::chrono::system_clock::time_point::max()).error() == seal_fault::expired);
    const auto forever = one.close("", "", std::chrono::system_clock::time_point::max());
    CHECK(one.open(forever, "", in_a_minute + 24h * 365 * 100).has_value());
    CHECK(one.open(one.close("", "", std::chrono::system_clock::time_point::min()), "", noon).error() ==
          seal_fault::expired);
}

TEST_CASE("only with the right binding a text is reported as expired") {
    const auto one = seal_with("k");
    const auto text = one.close("step 2", "ann", noon - 1min);
    CHECK(one.open(text, "ann", noon).error() == seal_fault::expired);
    CHECK(one.open(text, "bob", noon).error() == seal_fault::forged);
}

TEST_CASE("a text sealed with another key is reported as forged") {
    CHECK(seal_with("b").open(seal_with("a").close("x", "ann", in_a_minute), "ann", noon).error() ==
          seal_fault::forged);
    const std::array longer_key{key_of('a', 33)};
    const seal longer(longer_key);
    CHECK(longer.open(seal_with("a").close("x", "ann", in_a_minute), "ann", noon).error() == seal_fault::forged);
}

TEST_CASE("during a rotation the old key opens and the new key seals") {
    const auto before = seal_with("a"), during = seal_with("ba"), after = seal_with("b");
    const auto old_text = before.close("old", "ann", in_a_minute), new_text = during.close("new", "ann", in_a_minute);
    CHECK(*during.open(old_text, "ann", noon) == "old");
    CHECK(*during.open(new_text, "ann", noon) == "new");
    CHECK(*after.open(new_text, "ann", noon) == "new");
    CHECK(before.open(new_text, "ann", noon).error() == seal_fault::forged);
    CHECK(after.open(old_text, "ann", noon).error() == seal_fault::forged);
}

TEST_CASE("replicas with the same keys open each other's texts") {
    CHECK(*seal_with("ab").open(seal_with("ba").close("x", "ann", in_a_minute), "ann", noon) == "x");
}

TEST_CASE("a text that is not sealed is malformed") {
    const auto one = seal_with("k");
    const std::string newer = "\x02" + std::string(60, 'x');
    for (const auto& text : {""s,
                             "A"s,
                             "AQ"s,
                             "null"s,
                             "not base64!"s,
                             "AQ=="s,
                             std::string(54, 'A'),
                             base64url(newer),
                             std::string(200, 'A'),
                             std::string(200, '='),
                             "AQ\0AQ"s}) {
        CAPTURE(text);
        CHECK(one.open(text, "ann", noon).error() == seal_fault::malformed);
    }
}

TEST_CASE("a text longer than any sealed text is malformed") {
    const auto one = seal_with("k");
    const auto longest = one.close(std::string(seal::longest, 'x'), "ann", in_a_minute);
    CHECK(one.open(longest + "A", "ann", noon).error() == seal_fault::malformed);
    CHECK(one.open(longest + "AA", "ann", noon).error() == seal_fault::malformed);
    CHECK(one.open("AQ" + std::string(50'000'000, 'A'), "ann", noon).error() == seal_fault::malformed);
}

TEST_CASE("the error for a text that is too long to seal names the limit") {
    const auto one = seal_with("k");
    try {
        one.close(std::string(seal::longest + 1, 'x'), "ann", in_a_minute);
        FAIL("it was sealed");
    } catch (const failure& why) {
        CHECK(why.what() == "A text of 65537 bytes is too long to be sealed; at most 65536 are."s);
    }
}

TEST_CASE("the error for a missing or short key says what to do") {
    CHECK(refused_because({}) == "There is no key to seal with.");
    std::vector<secret> keys;
    keys.push_back(key_of('a'));
    CHECK(refused_because(keys).empty());
    keys.push_back(key_of('b', 31));
    CHECK(refused_because(keys) ==
          "A seal key has 31 bytes and needs at least 32; create one with \"openssl rand -base64 32\".");
}

// So that an upgrade does not strand what clients carry. Made by another program (Python's cryptography)
// from the description of version 1.
TEST_CASE("a text sealed by an earlier release opens") {
    const auto opened =
        seal_with("k").open("ASP7bPIAAQIDBAUGBwgJCgu5eqOWBjri7CFlD2N5a4BOKMz4ap9Pl0ut9OZwm6o", "ann", noon);
    REQUIRE(opened.has_value());
    CHECK(*opened == "step 2");
}

TEST_CASE("random keys are long enough and different") {
    std::set<std::string> keys;
    for (int i = 0; i < 100; ++i) {
        const auto key = random_key();
        CHECK(key.size() == seal::shortest_key);
        keys.emplace(key.reveal());
    }
    CHECK(keys.size() == 100);
}
