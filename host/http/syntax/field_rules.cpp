#include "http/syntax/field_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/text.hpp"
#include "http/syntax/lowercase.hpp"

namespace toolrack::http {
namespace {

bool starts_with(std::string_view text, std::string_view lowercase) {
    return equals_lowercase(text.substr(0, lowercase.size()), lowercase);
}

// A front server that maps '-' to '_' (CGI, WSGI) reads "Content_Length" as "Content-Length".
bool imitates_another(std::string_view name) {
    // After "Mcp-Param-" comes the name of a tool's parameter, which may contain '_'.
    if (name.find('_') == std::string_view::npos || starts_with(name, "mcp-param-")) return false;
    std::string with_hyphens(name);
    std::ranges::replace(with_hyphens, '_', '-');
    constexpr std::array<std::string_view, 7> families{
        "mcp-", "x-forwarded-", "x-real-", "forwarded", "sec-", "connection", "proxy-"};
    return singleton_field_named(with_hyphens) ||
           std::ranges::any_of(families, [&](std::string_view family) { return starts_with(with_hyphens, family); });
}

bool contains(const head& in, std::string_view name) {
    return std::ranges::any_of(in.fields, [name](const field& each) { return equals_ignoring_case(each.name, name); });
}

rejection repeated(std::string_view name) {
    return reject(400, "The request has the field " + printable(name, 64) + " twice.");
}

rejection no_upgrade() {
    return reject(400, "This server speaks HTTP/1.1 only. Disable the upgrade to HTTP/2 or WebSocket in the client.");
}

std::optional<rejection>
add_singleton(head& into, singleton_field which, std::string_view name, std::string_view value) {
    auto& slot = into.singletons[static_cast<std::size_t>(which)];
    if (slot) return repeated(name);
    slot = value;
    return std::nullopt;
}

// Digits only: no sign, list or spaces, and no more digits than a 64-bit number has.
std::optional<std::uint64_t> parse_length(std::string_view digits) {
    std::uint64_t length = 0;
    const auto end = digits.data() + digits.size();
    const auto [stopped, wrong] = std::from_chars(digits.data(), end, length);
    if (wrong != std::errc{} || stopped != end || digits.size() > 19) return std::nullopt;
    return length;
}

}  // namespace

std::optional<rejection> add_field(head& into, std::string_view name, std::string_view value) {
    if (const auto which = singleton_field_named(name)) {
        if (auto no = add_singleton(into, *which, name, value)) return no;
    } else if (starts_with(name, "mcp-param-") && contains(into, name)) {
        return repeated(name);
    } else if (imitates_another(name)) {
        return reject(400, "The field " + printable(name, 64) + " contains underscores. Use hyphens.");
    } else if (equals_lowercase(name, "http2-settings")) {
        return no_upgrade();
    }
    into.fields.push_back({name, value});
    return std::nullopt;
}

std::optional<rejection> check_framing(head& of) {
    if (of.find(singleton_field::upgrade)) return no_upgrade();
    const auto coding = of.find(singleton_field::transfer_encoding);
    const auto length = of.find(singleton_field::content_length);
    if (coding) {
        if (of.is_http_1_0) return reject(400, "HTTP/1.0 has no Transfer-Encoding.");
        if (length) return reject(400, "The request has both Transfer-Encoding and Content-Length.");
        if (!equals_lowercase(*coding, "chunked")) {
            return reject(400, "The only supported Transfer-Encoding is chunked.");
        }
        of.chunked = true;
    }
    if (length) {
        of.content_length = parse_length(*length);
        if (!of.content_length) return bad_content_length();
    }
    if (const auto expected = of.find(singleton_field::expect)) {
        if (!equals_lowercase(*expected, "100-continue")) {
            return reject(417, "The only supported expectation is 100-continue.");
        }
        // An HTTP/1.0 client does not understand the interim response (RFC 9110, 10.1.1).
        of.expects_continue = !of.is_http_1_0;
    }
    if (of.find(singleton_field::content_encoding)) {
        return reject(415, "Compressed bodies are not supported. Send the body without Content-Encoding.");
    }
    return std::nullopt;
}

}  // namespace toolrack::http
