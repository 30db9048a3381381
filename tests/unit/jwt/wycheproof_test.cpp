// Wycheproof: public test vectors for HMAC-SHA-256, JWS and JWK. The vectors of other algorithms are tested as tokens
// that must be refused.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "catch.hpp"
#include "jwt/compact.hpp"
#include "jwt/key_ring.hpp"
#include "mint.hpp"
#include "not_run.hpp"
#include "temporary_folder.hpp"
#include "wire/json.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(TOOLRACK_TEST_DATA) / "wycheproof";

bool is_here() {
    if (fs::is_directory(folder)) return true;
    test::not_run("there is no " + folder.string());
    return false;
}

std::string from_hex(const std::string& digits) {
    std::string bytes;
    for (std::size_t n = 0; n + 1 < digits.size(); n += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(n, 2), nullptr, 16));
    return bytes;
}

// The keys of a group: one JWK, or a set of them.
std::vector<json::value> keys_of(const json::value& group) {
    const auto shown = group.find("private");
    if (!shown) return {};
    const auto set = shown->find("keys");
    if (!set) return {*shown};
    std::vector<json::value> keys;
    for (const auto& each : *set) keys.push_back(each);
    return keys;
}

bool is_for_hs256(const json::value& jwk) {
    const auto text = [&](const char* name) { return wire::string_member(jwk, name).value_or(""); };
    return text("kty") == "oct" && text("alg") == "HS256" && text("use") == "sig";
}

// The part of a verification that does not depend on claims and typ: three segments of canonical base64url, alg HS256,
// and the right tag.
bool is_signed_with(std::string_view token, std::string_view key) {
    const auto parts = jwt::split(token);
    if (!parts) return false;
    const auto header = base64url_decoded(parts->header), tag = base64url_decoded(parts->signature);
    if (!header || wire::check_json(*header) || !base64url_decoded(parts->claims) || !tag) return false;
    return wire::string_member(json::value(*header), "alg") == "HS256" &&
           jwt::mac(key).matches(parts->signed_part, *tag);
}

// The set as a keys file. Throws failure when it is not a valid one.
jwt::key_ring ring_of(const std::vector<json::value>& set) {
    std::string text = "schema = 1\n";
    for (const auto& jwk : set) {
        if (!is_for_hs256(jwk)) throw failure("not a key for HS256");
        text += "[[key]]\nkid = \"" + jwk.at("kid").str() + "\"\nsecret = \"trkk_" + jwk.at("k").str() +
                "\"\nstate = \"verify\"\ncreated = 2027-01-15T08:00:00Z\n";
    }
    return jwt::read_key_ring(text, "keys.toml");
}

template <typename Do>
std::size_t for_each_vector(const char* file, Do what) {
    const auto bytes = test::bytes_of(folder / file);
    REQUIRE_FALSE(wire::check_json(bytes));
    std::size_t count = 0;
    for (const auto& group : json::value(bytes).at("testGroups")) {
        for (const auto& vector : group.at("tests")) {
            CAPTURE(vector.at("tcId").i64(), vector.at("comment").str());
            what(group, vector);
            ++count;
        }
    }
    return count;
}

bool is_valid(const json::value& vector) { return vector.at("result").str() == "valid"; }

}  // namespace

TEST_CASE("every HMAC-SHA-256 vector of Wycheproof has its expected result") {
    if (!is_here()) return;
    const auto count =
        for_each_vector("hmac_sha256_test.json", [](const json::value& group, const json::value& vector) {
            const auto key = from_hex(vector.at("key").str()), text = from_hex(vector.at("msg").str()),
                       tag = from_hex(vector.at("tag").str());
            const jwt::mac with(key);
            const auto made = with.of(text);
            const std::string whole(reinterpret_cast<const char*>(made.data()), made.size());
            // A truncated tag can be the beginning of the right one, but never matches.
            const auto size = static_cast<std::size_t>(group.at("tagSize").i64() / 8);
            REQUIRE(tag.size() == size);
            CHECK((whole.substr(0, size) == tag) == is_valid(vector));
            CHECK(with.matches(text, tag) == (is_valid(vector) && size == jwt::mac::size));
        });
    CHECK(count == 174);
}

TEST_CASE("every HS256 and base64 vector of Wycheproof for JWS has its expected result") {
    if (!is_here()) return;
    // The public file lacks the padding that these two vectors are about: both are identical to 357.
    const std::set<std::int64_t> the_same_as_a_valid_one{367, 370};
    // Valid for libraries that skip characters outside base64url, which are refused here.
    const std::set<std::int64_t> not_base64url{372, 373};

    std::size_t tested = 0;
    for_each_vector("json_web_signature_test.json", [&](const json::value& group, const json::value& vector) {
        const auto keys = keys_of(group);
        if (keys.size() != 1 || !is_for_hs256(keys.front())) return;
        ++tested;
        const auto id = vector.at("tcId").i64();
        const bool is_right = (is_valid(vector) && !not_base64url.contains(id)) || the_same_as_a_valid_one.contains(id);
        const auto key = base64url_decoded(keys.front().at("k").str());
        REQUIRE(key);
        CHECK(is_signed_with(vector.at("jws").str(), *key) == is_right);
    });
    CHECK(tested == 40);  // 17 of hs256, 21 of base64, 2 of RFC 7520
}

TEST_CASE("no JWS vector of Wycheproof is accepted as a token, with any of their keys") {
    if (!is_here()) return;
    const auto count =
        for_each_vector("json_web_signature_test.json", [](const json::value& group, const json::value& vector) {
            test::mint by("hs256-key");
            for (const auto& jwk : keys_of(group)) {
                const auto key = base64url_decoded(wire::string_member(jwk, "k").value_or(""));
                if (!key || key->size() != jwt::key_bytes) continue;
                by.ring.keys().front().kid = jwk.at("kid").str();
                by.ring.keys().front().bytes = secret(*key);
            }
            const auto jws = vector.at("jws");
            CHECK_FALSE(by.accepts(jws.is_string() ? jws.str() : std::string(jws.text())));
        });
    CHECK(count == 401);
}

TEST_CASE("every JWK vector of Wycheproof for HMAC has its expected result, and no other key is accepted") {
    if (!is_here()) return;
    const std::set<std::int64_t> longer_than_32_bytes{13};  // valid for HS256, but a key here has exactly 32 bytes
    std::size_t accepted = 0;
    const auto count =
        for_each_vector("json_web_key_test.json", [&](const json::value& group, const json::value& vector) {
            const auto jws = vector.at("jws").str();
            bool is_right = false;
            try {
                const auto ring = ring_of(keys_of(group));
                is_right = std::any_of(ring.keys().begin(), ring.keys().end(), [&](const jwt::key& one) {
                    return is_signed_with(jws, one.bytes.reveal());
                });
            } catch (const failure&) {
            }
            const auto keys = keys_of(group);
            const bool is_hs256 = std::all_of(keys.begin(), keys.end(), is_for_hs256);
            const bool is_expected =
                is_hs256 && is_valid(vector) && !longer_than_32_bytes.contains(vector.at("tcId").i64());
            CHECK(is_right == is_expected);
            accepted += is_right;
        });
    CHECK(count == 26);
    CHECK(accepted == 1);
}
