#include "base/digest.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "catch.hpp"

using namespace toolrack;
using namespace std::literals;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
    CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hex(sha256(std::string(1'000'000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(sha256("a\0b"sv) != sha256("a"));
}

TEST_CASE("hex writes every byte as two lower-case digits") {
    CHECK(hex("\x00\x0F\xF0\xFF\x7F"sv) == "000ff0ff7f");
    CHECK(hex(""sv).empty());
}

TEST_CASE("a random id has the length of its encoding, in characters that are safe in headers and URLs") {
    for (const auto& [bytes, characters] :
         {std::pair{1u, 2u}, {2u, 3u}, {3u, 4u}, {16u, 22u}, {18u, 24u}, {32u, 43u}}) {
        const auto id = random_id(bytes);
        CAPTURE(id);
        CHECK(id.size() == characters);
        CHECK(
            std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; }));
    }
}

TEST_CASE("random ids are different and use the whole alphabet") {
    std::set<std::string> ids;
    std::set<char> seen;
    for (int i = 0; i < 2000; ++i) {
        const auto id = random_id(18);
        seen.insert(id.begin(), id.end());
        ids.insert(id);
    }
    CHECK(ids.size() == 2000);
    CHECK(seen.size() == 64);
}

TEST_CASE("HMAC-SHA-256 gives the values of RFC 4231") {
    CHECK(hex(hmac_sha256(secret("Jefe"), "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hex(hmac_sha256(secret(std::string(20, '\x0b')), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(
        hex(hmac_sha256(secret(std::string(131, '\xaa')), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
