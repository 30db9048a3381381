#include "token_set.hpp"

#include <algorithm>
#include <bitset>
#include <stdexcept>
#include <string>

#include <openssl/crypto.h>

#include <toolrack/error.hpp>

namespace {

constexpr std::size_t least_characters = 32;
constexpr std::size_t most_tokens = 16;
constexpr std::string_view blanks = " \t\r\n\v\f";
constexpr const char* good_token = "the output of \"openssl rand -hex 32\"";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_mark(char c) { return std::string_view("-._~+/=").find(c) != std::string_view::npos; }

// Lower-case letters and digits only, so that variants of a placeholder are equal.
std::string folded(std::string_view token) {
    std::string out;
    for (const char c : token)
        if (is_letter(c) || is_digit(c)) out += static_cast<char>(c | 0x20);
    return out;
}

// Whether the text is one piece repeated; the last piece may be cut.
bool repeats_itself(std::string_view text) {
    for (std::size_t period = 1; period * 2 <= text.size(); ++period)
        if (text.substr(period) == text.substr(0, text.size() - period)) return true;
    return false;
}

// The phrases are long enough that a random token does not contain one by chance.
bool is_placeholder(std::string_view token) {
    constexpr std::string_view marks = "<>{}$%[]";
    if (token.find_first_of(marks) != token.npos) return true;  // <your-token>, ${MCP_AUTH_TOKEN}, {{token}}, %TOKEN%
    constexpr std::string_view phrases[] = {
        "changeme",      "changethis",   "replaceme",   "replacethis", "placeholder", "tokenhere",
        "yourgenerated", "yourtoken",    "yoursecret",  "yourbearer",  "yourapikey",  "inserttoken",
        "mcpauthtoken",  "exampletoken", "secrettoken", "bearertoken", "testtoken",   "mysecret",
        "supersecret",   "password",     "abcdefgh",    "12345678"};
    const std::string plain = folded(token);
    return std::ranges::any_of(phrases, [&](std::string_view phrase) { return plain.find(phrase) != plain.npos; });
}

bool has_few_characters(std::string_view token) {
    constexpr std::size_t least_different = 8;  // a random token of 32 hex digits has about 14
    std::bitset<256> seen;
    for (const char c : token) seen.set(static_cast<unsigned char>(c));
    return seen.count() < least_different;
}

// The kind of a character that is not allowed in a token (b64token, RFC 6750 2.1), or null.
const char* bad_character(std::string_view token) {
    const std::size_t padding = token.find('=');
    for (std::size_t n = 0; n != token.size(); ++n) {
        const char c = token[n];
        if (static_cast<unsigned char>(c) >= 0x80) return "a character outside ASCII";
        if (c < ' ' || c == '\x7f') return "a control character";
        if (n > padding && c != '=') return "an equals sign before its end";
        if (!is_letter(c) && !is_digit(c) && !is_mark(c)) return "punctuation other than - . _ ~ + /";
    }
    return padding == 0 ? "nothing but equals signs" : nullptr;
}

// The reason why a token is refused, as the end of a sentence; empty when it is not.
std::string flaw(std::string_view token) {
    if (is_placeholder(token)) return "is a placeholder that was not replaced by a real token.";
    if (const char* character = bad_character(token))
        return std::string("has ") + character +
               ", which is not allowed in a bearer token. Use letters, digits and - . _ ~ + / only.";
    if (token.size() < least_characters)
        return "is shorter than " + std::to_string(least_characters) + " characters and can be guessed.";
    if (repeats_itself(folded(token)) || has_few_characters(token)) return "is too regular and can be guessed.";
    return {};
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> words;
    for (;;) {
        const std::size_t begin = text.find_first_not_of(blanks);
        if (begin == text.npos) return words;
        const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        text.remove_prefix(end);
    }
}

}  // namespace

token_set::token_set(std::string_view tokens, std::string_view variable)
    : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {
    const std::string where(variable);
    if (!sha256_) throw toolrack::setup_error("OpenSSL has no SHA-256, which env-token needs.");
    if (tokens.empty())
        throw toolrack::setup_error(where + " is not set or empty, so no client could authenticate. Set it to " +
                                    good_token + ", or choose another backend.");
    const std::vector<std::string_view> words = split(tokens);
    if (words.empty())
        throw toolrack::setup_error(where + " has nothing but white space. Set it to " + good_token + '.');
    if (words.size() > most_tokens)
        throw toolrack::setup_error(
            where + " has more than " + std::to_string(most_tokens) +
            " tokens. It is for one token, and a second one during a rotation; use token-file for "
            "more.");
    for (std::size_t n = 0; n != words.size(); ++n) {
        const std::string wrong = flaw(words[n]);
        if (!wrong.empty())
            throw toolrack::setup_error("Token " + std::to_string(n + 1) + " of " + std::to_string(words.size()) +
                                        " in " + where + ' ' + wrong + " Replace it with " + good_token + '.');
        hashes_.push_back(hash_of(words[n]));
    }
}

std::optional<std::size_t> token_set::find(std::string_view shown) const {
    const hash wanted = hash_of(shown);
    std::optional<std::size_t> found;
    for (std::size_t n = 0; n != hashes_.size(); ++n)
        if (CRYPTO_memcmp(hashes_[n].data(), wanted.data(), wanted.size()) == 0) found = n;
    return found;
}

token_set::hash token_set::hash_of(std::string_view token) const {
    hash result{};
    if (EVP_Digest(token.data(), token.size(), result.data(), nullptr, sha256_.get(), nullptr) != 1)
        throw std::runtime_error("OpenSSL could not hash a token");
    return result;
}
