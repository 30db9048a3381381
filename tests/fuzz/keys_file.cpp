// keys.toml: a key ring is written and read again unchanged; an error does not contain a secret.
#include <string>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "jwt/header.hpp"
#include "jwt/key_ring.hpp"
#include "require.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

// All seeds contain the same key: whether a text contains a long part of it, and the text without the keys at their
// regular places.
bool has_part_of_the_key(std::string_view text) { return text.find("EjRWeJASNFZ4kBI0") != text.npos; }
std::string without_the_key(std::string_view text) {
    constexpr std::string_view beginning = "\"trkk_EjRWeJASNFZ4kBI0";
    std::string without;
    for (auto at = text.find(beginning); at != text.npos; at = text.find(beginning)) {
        without += text.substr(0, at);
        text.remove_prefix(at + beginning.size());
        text.remove_prefix(std::min(text.find_first_of("\"\n"), text.size()));
    }
    return without.append(text);
}

bool is_same(const jwt::key& one, const jwt::key& other) {
    return one.kid == other.kid && one.bytes.reveal() == other.bytes.reveal() && one.state == other.state &&
           one.created == other.created && one.not_after == other.not_after;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = fuzz::text_of(bytes, size);
    jwt::key_ring ring;
    try {
        ring = jwt::read_key_ring(text, "keys.toml");
    } catch (const failure& refused) {
        const std::string_view why = refused.what();
        require(fuzz::is_presentable(why) && why.starts_with("keys.toml"), "an error is one line that names the file");
        require(!has_part_of_the_key(redacted(std::string(why))) || has_part_of_the_key(without_the_key(text)),
                "an error does not contain a secret");
        return 0;
    }
    std::size_t active = 0;
    for (const auto& one : ring.keys()) {
        require(jwt::is_kid(one.kid) && one.bytes.size() == jwt::key_bytes, "a key has a valid kid and the key length");
        require(ring.find(one.kid) == &one, "a kid identifies one key");
        active += one.state == jwt::key_state::active;
    }
    require(active <= 1 && (active == 1) == (ring.active() != nullptr), "at most one key is active");
    require(ring.keys().size() <= jwt::key_ring::most_keys, "the number of keys is within the limit");

    const auto written = jwt::write_key_ring(ring);
    jwt::key_ring again;
    try {
        again = jwt::read_key_ring(written.reveal(), "written.toml");
    } catch (const failure& refused) {
        require(false, refused.what());
    }
    require(std::ranges::equal(ring.keys(), again.keys(), is_same), "a ring is read as written");
    require(jwt::write_key_ring(again).reveal() == written.reveal(), "a ring has one encoding");
    return 0;
}
