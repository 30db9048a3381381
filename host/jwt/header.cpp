#include "jwt/header.hpp"

#include <optional>
#include <utility>

#include "base/base64.hpp"
#include "base/character_set.hpp"
#include "wire/json.hpp"

namespace toolrack::jwt {
namespace {

constexpr std::size_t longest_kid = 32;
constexpr std::size_t longest_segment = 256;
constexpr std::string_view algorithm = "HS256";
constexpr std::string_view type = "at+jwt";
constexpr character_set kid_characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

// The beginning of header_segment(), before the kid: {"alg":"HS256","typ":"at+jwt","kid":
constexpr std::string_view own_beginning = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6";

// The kid of a header that header_segment() wrote, without parsing JSON. The rest after the beginning is "KID"}
std::optional<std::string> kid_of_own_header(std::string_view segment) {
    if (!segment.starts_with(own_beginning)) return std::nullopt;
    const auto rest = base64url_decoded(segment.substr(own_beginning.size()));
    if (!rest || rest->size() < 3 || !rest->starts_with('"') || !rest->ends_with("\"}")) return std::nullopt;
    auto kid = rest->substr(1, rest->size() - 3);
    if (!is_kid(kid)) return std::nullopt;
    return kid;
}

}  // namespace

bool is_kid(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_kid && kid_characters.has_all_of(text);
}

std::string header_segment(std::string_view kid) {
    return base64url(R"({"alg":")" + std::string(algorithm) + R"(","typ":")" + std::string(type) + R"(","kid":")" +
                     std::string(kid) + R"("})");
}

result<std::string, fault> read_kid(std::string_view segment) {
    if (segment.size() > longest_segment) return fault::bad_header;
    if (auto kid = kid_of_own_header(segment)) return std::move(*kid);
    const auto text = base64url_decoded(segment);
    if (!text) return fault::bad_encoding;
    if (wire::check_json(*text, {.depth = 4, .values = 32, .key = 32})) return fault::bad_header;
    const json::value header(*text);
    if (!header.is_object()) return fault::bad_header;

    std::optional<std::string_view> alg, typ, kid;
    for (const auto& member : header) {
        auto* const known = member.key_is("alg")   ? &alg
                            : member.key_is("typ") ? &typ
                            : member.key_is("kid") ? &kid
                                                   : nullptr;
        if (!known) return fault::bad_header;  // crit, b64, jwk, jku, x5u, zip, enc, ...
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
