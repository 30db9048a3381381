// Bearer tokens of this server: only a valid token has an id, and the secret scanner finds tokens in any bytes,
// independent of how they are split.
//
// The input is text. Each of the first three '!' is replaced by a token that is generated from the text after it.
#include <algorithm>
#include <boost/crc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "require.hpp"
#include "token/bearer.hpp"
#include "token/secret_scanner.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// A token by the description in bearer.hpp, without the code under test.
std::string token_of(std::string_view seed) {
    fuzz::dice dice(seed);
    std::string text = "trk_";
    for (int n = 0; n < 12; ++n) text += digits[dice.roll(62) - 1];
    text += '_';
    for (int n = 0; n < 43; ++n) text += digits[dice.roll(62) - 1];
    text += '_';
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    std::string check;
    for (auto left = crc.checksum(); check.size() < 6; left /= 62) check += digits[left % 62];
    return text.append(check.rbegin(), check.rend());
}

void check_token(const std::string& token, fuzz::dice& dice) {
    const auto id = token::id_of(token);
    require(id && *id == token.substr(4, 12) && token::is_id(*id), "a valid token contains its id");
    auto wrong = token;
    const auto at = dice.roll(token.size()) - 1;
    wrong[at] = static_cast<char>(wrong[at] ^ dice.roll(255));
    require(!token::id_of(wrong), "a token with one changed character is invalid");
    require(!token::id_of(token.substr(0, token.size() - 1)) && !token::id_of(token + token.back()),
            "a token of another length is invalid");
}

struct place {
    std::uint64_t line, column;
    std::string id;
    bool operator==(const place&) const = default;
};

std::vector<place> found_in(std::string_view text, fuzz::dice& dice, std::size_t most) {
    std::vector<place> found;
    token::secret_scanner scanner([&](const token::finding& one) { found.push_back({one.line, one.column, one.id}); });
    while (!text.empty()) scanner.scan(fuzz::next_piece(text, dice.roll(most)));
    scanner.finish();
    return found;
}

// A second, simple search at every position of the text.
std::vector<place> expected_in(std::string text) {
    std::erase(text, '\0');
    std::vector<place> found;
    place here{1, 1, {}};
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (const auto id = token::id_of(std::string_view(text).substr(at, 67)))
            found.push_back({here.line, here.column, std::string(*id)});
        if (text[at] == '\n') here = {here.line + 1, 1, {}};
        else ++here.column;
    }
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto input = fuzz::text_of(bytes, size);
    fuzz::dice dice(input);
    const fuzz::exact_copy alone(input);
    if (const auto id = token::id_of(alone))
        require(token_of({}).size() == size && *id == input.substr(4, 12), "an id is part of its token");

    std::string text;
    for (std::size_t at = 0, made = 0; at < size; ++at) {
        if (input[at] != '!' || made++ == 3) {
            text += input[at];
            continue;
        }
        const auto token = token_of(input.substr(at));
        if (made == 1) check_token(token, dice);
        text += token;
    }
    auto found = found_in(text, dice, 40);
    std::erase_if(found, [](const place& one) { return one.id.empty(); });  // keys
    require(found == expected_in(text), "the scanner finds exactly the tokens of a text, at their positions");
    return 0;
}
