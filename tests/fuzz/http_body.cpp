// Chunked bodies: the result does not depend on how the bytes are split, equals the result of a second decoder, and is
// within the limit.
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "http/syntax/chunk_decoder.hpp"
#include "require.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

constexpr std::size_t limit = 256;

struct decoded {
    bool is_refused = false;
    bool is_complete = false;
    unsigned status = 0;
    std::string body;
    std::string_view rest;
};

template <typename Sizes>
decoded decode(std::string_view all, Sizes next_size) {
    decoded made;
    http::chunk_decoder decoder(limit);
    while (!made.is_refused && !decoder.is_complete() && !all.empty()) {
        const auto piece = fuzz::next_piece(all, next_size());
        const fuzz::exact_copy alone(piece);
        const auto rest = decoder.decode(alone, made.body);
        require(made.body.size() <= limit, "a body is within the limit");
        if (!rest) {
            made.is_refused = true;
            made.status = rest.error().status;
            require(made.status == 400 || made.status == 413, "a body is malformed or too large");
            require(fuzz::is_presentable(rest.error().sentence), "a rejection is one line of text");
            break;
        }
        require(rest->empty() || decoder.is_complete(), "no bytes remain before the end");
        all = {all.data() - rest->size(), all.size() + rest->size()};
    }
    made.is_complete = decoder.is_complete();
    made.rest = all;
    return made;
}

// A second decoder, by the grammar in http/syntax/chunk_decoder.hpp: returns the body and the bytes behind it.
struct plain {
    std::string body;
    std::string_view rest;
};
std::optional<plain> second_decode(std::string_view all) {
    plain made{{}, all};
    for (;;) {
        const auto end = made.rest.find("\r\n");
        if (end == made.rest.npos || end == 0 || end > 16) return std::nullopt;
        std::uint64_t size = 0;
        const auto line = made.rest.substr(0, end);
        const auto [stopped, wrong] = std::from_chars(line.data(), line.data() + end, size, 16);
        if (wrong != std::errc{} || stopped != line.data() + end || line.front() == '-') return std::nullopt;
        made.rest.remove_prefix(end + 2);
        if (size > made.rest.size() || size + made.body.size() > limit) return std::nullopt;
        made.body += made.rest.substr(0, size);
        made.rest.remove_prefix(size);
        if (!made.rest.starts_with("\r\n")) return std::nullopt;
        made.rest.remove_prefix(2);
        if (size == 0) return made;
    }
}

std::string encoded(std::string_view body, fuzz::dice& dice) {
    std::string text;
    while (!body.empty()) {
        const auto part = fuzz::next_piece(body, dice.roll(40));
        char digits[16];
        const auto end = std::to_chars(digits, digits + sizeof digits, part.size(), 16).ptr;
        text.append(digits, end).append("\r\n").append(part).append("\r\n");
    }
    return text + "0\r\n\r\n";
}

void check_same(const decoded& one, const decoded& other) {
    require(one.is_refused == other.is_refused && one.status == other.status && one.is_complete == other.is_complete,
            "the result does not depend on how the bytes are split");
    require(one.rest == other.rest || one.is_refused, "the end does not depend on how the bytes are split");
    require(one.body == other.body, "the body does not depend on how the bytes are split");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const auto text = fuzz::text_of(bytes, size);
    const auto at_once = decode(text, [&] { return size; });

    // In many pieces, and in two pieces at a position that depends on the input.
    fuzz::dice dice(text);
    check_same(at_once, decode(text, [&] { return dice.roll(9); }));
    bool is_first = true;
    check_same(at_once, decode(text, [&] { return std::exchange(is_first, false) ? dice.roll(size) : size; }));

    const auto plain = second_decode(text);
    require(plain.has_value() == at_once.is_complete, "a second decoder agrees that the body is complete");
    if (plain)
        require(plain->body == at_once.body && plain->rest == at_once.rest, "a second decoder reads the same body");

    const auto whole = text.substr(0, limit);
    const auto again = decode(encoded(whole, dice), [&] { return dice.roll(200); });
    require(again.is_complete && again.body == whole, "decoding reverses chunking");
    return 0;
}
