// What single header fields hold: values that MCP encodes, hosts, queries, fields and what they may be called, bearer
// tokens.
//
// The first line of the input is a field's name, the rest its value.
#include <openssl/evp.h>

#include <string>

#include "auth/bearer_token.hpp"
#include "claim.hpp"
#include "http/syntax/authority.hpp"
#include "http/syntax/field_rules.hpp"
#include "http/syntax/query.hpp"
#include "wire/header_value.hpp"

namespace {

using namespace toolrack;
using fuzz::claim;

std::string base64(std::string_view bytes) {
    std::string text(bytes.size() / 3 * 4 + 5, '\0');
    const auto size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

void check_encoding(std::string_view value) {
    const auto encoded = "=?base64?" + base64(value) + "?=";
    claim(wire::is_plain_value(encoded), "what is encoded is fit for a header");
    claim(wire::decoded_value(encoded) == value, "what was encoded is decoded to what it was");
    const auto decoded = wire::decoded_value(value);
    if (!decoded || *decoded != value) {
        claim(value.starts_with("=?base64?") && value.ends_with("?="), "only what says so is decoded");
        if (decoded) claim("=?base64?" + base64(*decoded) + "?=" == value, "an encoded value has one writing");
    }
}

void check_authority(std::string_view value) {
    const auto found = http::parse_authority(value);
    if (!found) return;
    auto text = std::string(found->host);
    if (found->port) text += ':' + std::to_string(*found->port);
    claim(text == value, "a host and its port are all that an authority says");
    claim(value.find_first_of(" \t/@?#%,;\\\"") == value.npos, "no authority holds anything else");
    const auto host = http::parse_authority(found->host);
    claim(host && host->host == found->host && !host->port, "a host is an authority, too");
    if (http::is_plausible_host(*found)) claim(found->host.size() <= 253, "no host that is said again is long");
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
            claim(http::has_token_parameter(percent_encoded(key)) == http::has_token_parameter(key),
                  "a key is known in any writing");
    }
    claim(names == by_parts, "a query names a token when a part of it does");
    claim(http::has_token_parameter("a=b&" + std::string(query)) == names, "what stands before a token does not hide it");
}

void check_field(std::string_view name, std::string_view value) {
    http::head head;
    if (const auto no = http::add_field(head, name, value))
        return claim(no->status == 400 && fuzz::is_presentable(no->sentence), "a refusal is one line of text");
    claim(head.fields.size() == 1 && head.find(name) == value, "a field is found by its name");
    const auto known = http::singleton_field_named(name);
    if (known) claim(head.find(*known) == value, "a field that stands once is found as what it is");
    std::string capitals(name);
    for (char& c : capitals)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    claim(http::singleton_field_named(capitals) == known, "a name is the same in capitals");
    if (known) claim(http::add_field(head, capitals, value).has_value(), "what may stand once does not stand twice");
    if (const auto no = http::check_framing(head))
        claim(fuzz::is_presentable(no->sentence), "a refusal is one line of text");
}

void check_bearer(std::string_view value) {
    identity::request_facts shown;
    shown.authorization = value;
    const auto token = auth::bearer_token(shown);
    if (!token) return;
    claim(!token->empty() && token->find_first_of(" \t,\"$<>{}%\r\n") == token->npos,
          "a token is of a token's characters");
    claim(token->data() >= value.data() && token->data() + token->size() <= value.data() + value.size(),
          "a token stands in its header");
    const auto anew = "bEARER   " + std::string(*token) + "\t";
    shown.authorization = anew;
    claim(auth::bearer_token(shown) == *token, "a token is the same behind any writing of its scheme");
    shown.token_in_query = true;
    claim(!auth::bearer_token(shown), "one that stands in the query counts for nothing");
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
    const std::string_view written = name;  // names of other characters never come so far
    if (!written.empty() && std::ranges::all_of(written, is_token)) check_field(name, value);
    return 0;
}
