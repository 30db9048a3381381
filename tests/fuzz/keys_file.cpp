// keys.toml: a ring that is read can be written and read again, and is the same; a complaint never shows a secret.
#include <string>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "claim.hpp"
#include "jwt/header.hpp"
#include "jwt/key_ring.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;

// The key of all seeds: a part of it that is long enough to be of use, and a text without those that stand where they
// should.
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
        claim(fuzz::is_presentable(why) && why.starts_with("keys.toml"), "a complaint is one line that names the file");
        claim(!has_part_of_the_key(redacted(std::string(why))) || has_part_of_the_key(without_the_key(text)),
              "a complaint never shows a secret");
        return 0;
    }
    std::size_t active = 0;
    for (const auto& one : ring.keys()) {
        claim(jwt::is_kid(one.kid) && one.bytes.size() == jwt::key_bytes,
              "a key has a kid and as many bytes as a key has");
        claim(ring.find(one.kid) == &one, "a kid stands for one key");
        active += one.state == jwt::key_state::active;
    }
    claim(active <= 1 && (active == 1) == (ring.active() != nullptr), "one key signs at most");
    claim(ring.keys().size() <= jwt::key_ring::most_keys, "there are no more keys than may be");

    const auto written = jwt::write_key_ring(ring);
    jwt::key_ring again;
    try {
        again = jwt::read_key_ring(written.reveal(), "written.toml");
    } catch (const failure& refused) {
        claim(false, refused.what());
    }
    claim(std::ranges::equal(ring.keys(), again.keys(), is_same), "a ring is read as it was written");
    claim(jwt::write_key_ring(again).reveal() == written.reveal(), "a ring has one writing");
    return 0;
}
