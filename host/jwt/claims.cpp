#include "jwt/claims.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "identity/scope.hpp"
#include "wire/json.hpp"

namespace toolrack::jwt {
namespace {

constexpr std::size_t longest_subject = 256;  // as for every principal
constexpr std::size_t longest_id = 128;
constexpr std::size_t most_scopes = 128;
constexpr std::size_t most_audiences = 32;
constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999

bool is_visible_ascii(char c) noexcept { return c > ' ' && c < '\x7f'; }

std::optional<std::string> text_in(const json::value& value) {
    if (!value.is_string()) return std::nullopt;
    if (const auto plain = value.raw_string()) return std::string(*plain);
    return value.str();
}

// Digits only: 1e9 and 1700000000.0 are valid JSON numbers but not accepted as a NumericDate.
std::optional<std::int64_t> seconds_in(const json::value& value) {
    const auto digits = value.text();
    if (!value.is_number() || digits.front() == '-') return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || number > last_second) return std::nullopt;
    return number;
}

std::optional<std::vector<std::string>> audience_in(const json::value& value) {
    std::vector<std::string> audience;
    if (value.is_string()) {
        audience.push_back(*text_in(value));
    } else if (value.is_array()) {
        for (const auto& each : value) {
            auto one = text_in(each);
            if (!one) return std::nullopt;
            audience.push_back(std::move(*one));
        }
    }
    if (audience.empty() || audience.size() > most_audiences) return std::nullopt;
    return audience;
}

std::optional<std::vector<std::string>> scopes_in(const json::value& value) {
    const auto text = text_in(value);
    if (!text) return std::nullopt;
    std::vector<std::string> scopes;
    for (std::string_view rest = *text;;) {
        const auto end = std::min(rest.find(' '), rest.size());
        if (!identity::is_scope(rest.substr(0, end)) || scopes.size() == most_scopes) return std::nullopt;
        scopes.emplace_back(rest.substr(0, end));
        if (end == rest.size()) return scopes;
        rest.remove_prefix(end + 1);
    }
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

bool is_subject(std::string_view text) noexcept {
    const auto fits = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; };
    return !text.empty() && text.size() <= longest_subject && std::all_of(text.begin(), text.end(), fits) &&
           !has_unprintable_characters(text);
}

bool is_id(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_id && std::all_of(text.begin(), text.end(), is_visible_ascii);
}

result<claims, refusal> read_claims(std::string_view text) {
    if (wire::check_json(text, {.depth = 8, .values = 512, .key = 128})) return refusal{fault::claims_not_json};
    const json::value whole(text);
    if (!whole.is_object()) return refusal{fault::claims_not_json};

    std::optional<std::string> issuer, subject, id;
    std::optional<std::vector<std::string>> audience, scopes;
    std::optional<std::int64_t> issued_at, not_before, expires;
    bool has_not_before = false, is_bound = false;
    for (const auto& claim : whole) {
        if (claim.key_is("iss")) issuer = text_in(claim);
        else if (claim.key_is("aud")) audience = audience_in(claim);
        else if (claim.key_is("sub")) subject = text_in(claim);
        else if (claim.key_is("scope")) scopes = scopes_in(claim);
        else if (claim.key_is("iat")) issued_at = seconds_in(claim);
        else if (claim.key_is("exp")) expires = seconds_in(claim);
        else if (claim.key_is("jti")) id = text_in(claim);
        else if (claim.key_is("cnf")) is_bound = true;
        else if (claim.key_is("nbf")) {
            has_not_before = true;
            not_before = seconds_in(claim);
        }
    }

    if (!id || !is_id(*id)) return refusal{fault::bad_id};
    const auto refuse = [&](fault why) { return refusal{why, *id}; };
    if (is_bound) return refuse(fault::bound_to_a_key);
    if (!issuer) return refuse(fault::bad_issuer);
    if (!audience) return refuse(fault::bad_audience);
    if (!subject || !is_subject(*subject)) return refuse(fault::bad_subject);
    if (!scopes) return refuse(fault::bad_scope);
    if (!issued_at) return refuse(fault::bad_issued_at);
    if (has_not_before && !not_before) return refuse(fault::bad_not_before);
    if (!expires) return refuse(fault::bad_expiry);
    return claims{.issuer = std::move(*issuer),
                  .audience = std::move(*audience),
                  .subject = std::move(*subject),
                  .scopes = std::move(*scopes),
                  .issued_at = *issued_at,
                  .not_before = not_before,
                  .expires = *expires,
                  .id = std::move(*id)};
}

std::string write_claims(const claims& claims) {
    auto text = json::object(
        {{"iss", claims.issuer},
         {"aud", claims.audience.size() == 1 ? json::text(claims.audience.front()) : json::array(claims.audience)},
         {"sub", claims.subject},
         {"scope", joined(claims.scopes)},
         {"iat", claims.issued_at}});
    if (claims.not_before) text.add("nbf", *claims.not_before);
    return text.add("exp", claims.expires).add("jti", claims.id).str();
}

}  // namespace toolrack::jwt
