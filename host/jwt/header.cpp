#include "jwt/header.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "wire/json.hpp"

namespace toolrack::jwt {
namespace {

constexpr std::size_t longest_kid = 32;
constexpr std::size_t longest_segment = 256;
constexpr std::string_view algorithm = "HS256";
constexpr std::string_view type = "at+jwt";

}  // namespace

bool is_kid(std::string_view text) noexcept {
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= longest_kid && std::all_of(text.begin(), text.end(), fits);
}

std::string header_segment(std::string_view kid) {
    return base64url(R"({"alg":")" + std::string(algorithm) + R"(","typ":")" + std::string(type) + R"(","kid":")" +
                     std::string(kid) + R"("})");
}

result<std::string, fault> read_kid(std::string_view segment) {
    if (segment.size() > longest_segment) return fault::bad_header;
    const auto text = base64url_decoded(segment);
    if (!text) return fault::bad_encoding;
    if (wire::check_json(*text, {.depth = 4, .values = 32, .key = 32})) return fault::bad_header;
    const json::value header(*text);
    if (!header.is_object()) return fault::bad_header;

    std::optional<std::string_view> alg, typ, kid;
    for (const auto& member : header) {
        auto* const known = member.key_is("alg") ? &alg : member.key_is("typ") ? &typ : member.key_is("kid") ? &kid : nullptr;
        if (!known) return fault::bad_header;  // crit, b64, jwk, jku, x5u, zip, enc, and whatever comes after them
        *known = member.raw_string();
        if (!*known) return fault::bad_header;
    }
    if (!alg || !typ || !kid) return fault::bad_header;
    if (*alg != algorithm) return fault::wrong_algorithm;
    if (*typ != type) return fault::wrong_type;
    if (!is_kid(*kid)) return fault::unknown_key;
    return std::string(*kid);
}

}  // namespace toolrack::jwt
