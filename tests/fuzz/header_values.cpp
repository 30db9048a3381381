// Values of single header fields: encoded MCP values, authorities, queries, field names and bearer tokens.
//
// The first line of the input is the name of a field, the rest its value.
#include <openssl/evp.h>

#include <string>

#include "auth/bearer_token.hpp"
#include "http/syntax/authority.hpp"
#include "http/syntax/field_rules.hpp"
#include "http/syntax/query.hpp"
#include "require.hpp"
#include "wire/header_value.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

std::string base64(std::string_view bytes) {
    std::string text(bytes.size() / 3 * 4 + 5, '\0');
    const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                      static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

void check_encoding(std::string_view value) {
    const auto encoded = "=?base64?" + base64(value) + "?=";
    require(wire::is_plain_value(encoded), "an encoded value is a valid header value");
    require(wire::decoded_value(encoded) == value, "decoding reverses encoding");
    const auto decoded = wire::decoded_value(value);
    if (!decoded || *decoded != value) {
        require(value.starts_with("=?base64?") && value.ends_with("?="), "only a value in the encoded form is decoded");
        if (decoded) require("=?base64?" + base64(*decoded) + "?=" == value, "a value has one encoding");
    }
}

void check_authority(std::string_view value) {
    const auto found = http::parse_authority(value);
    if (!found) return;
    auto text = std::string(found->host);
    if (found->port) text += ':' + std::to_string(*found->port);
    require(text == value, "an authority is a host and a port");
    require(value.find_first_of(" \t/@?#%,;\\\"") == value.npos, "an authority has no other characters");
    const auto host = http::parse_authority(found->host);
    require(host && host->host == found->host && !host->port, "a host is an authority");
    if (http::is_plausible_host(*found))
        require(found->host.size() <= 253, "a plausible host has at most 253 characters");
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const unsigned char c : text) out.append({'%', "0123456789ABCDEF"[c >> 4], "0123456789abcdef"[c & 15]});
    return out;
}

void check_query(std::string_view query) {
    const bool names = http::has_token_parameter(query);
    bool by_parts = false;
    for (auto rest = query; !rest.empty();) {
        const auto part = fuzz::next_piece(rest, std::min(rest.find_first_of("&;"), rest.size()));
        rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
        by_parts |= http::has_token_parameter(part);
        const auto key = part.substr(0, part.find('='));
        if (key.find('%') == key.npos)
            require(http::has_token_parameter(percent_encoded(key)) == http::has_token_parameter(key),
                    "percent-encoding does not hide a key");
    }
    require(names == by_parts, "a query has a token if one of its parameters is a token");
    require(http::has_token_parameter("a=b&" + std::string(query)) == names,
            "a preceding parameter does not hide a token");
}

void check_field(std::string_view name, std::string_view value) {
    http::head head;
    if (const auto no = http::add_field(head, name, value))
        return require(no->status == 400 && fuzz::is_presentable(no->sentence), "a rejection is one line of text");
    require(head.fields.size() == 1 && head.find(name) == value, "a field is found by its name");
    const auto known = http::singleton_field_named(name);
    if (known) require(head.find(*known) == value, "a singleton field is found by its kind");
    std::string capitals(name);
    for (char& c : capitals)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    require(http::singleton_field_named(capitals) == known, "a name is case-insensitive");
    if (known) require(http::add_field(head, capitals, value).has_value(), "a second singleton field is rejected");
    if (const auto no = http::check_framing(head))
        require(fuzz::is_presentable(no->sentence), "a rejection is one line of text");
}

void check_bearer(std::string_view value) {
    identity::request_facts shown;
    shown.authorization = value;
    const auto token = auth::bearer_token(shown);
    if (!token) return;
    require(!token->empty() && token->find_first_of(" \t,\"$<>{}%\r\n") == token->npos,
            "a token has only token characters");
    require(token->data() >= value.data() && token->data() + token->size() <= value.data() + value.size(),
            "a token is a view of its header");
    const auto variant = "bEARER   " + std::string(*token) + "\t";
    shown.authorization = variant;
    require(auth::bearer_token(shown) == *token, "the scheme is case-insensitive");
    shown.token_in_query = true;
    require(!auth::bearer_token(shown), "a token in the query is ignored");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto text = fuzz::text_of(bytes, size);
    const auto line = std::min(text.find('\n'), text.size());
    const fuzz::exact_copy name(text.substr(0, line)), value(text.substr(std::min(line + 1, text.size())));
    check_encoding(value);
    check_authority(value);
    check_query(value);
    check_bearer(value);
    const auto is_token = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    const std::string_view written = name;  // the head parser rejects other names
    if (!written.empty() && std::ranges::all_of(written, is_token)) check_field(name, value);
    return 0;
}
