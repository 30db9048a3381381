#include "http/syntax/field_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/text.hpp"
#include "http/syntax/token.hpp"

namespace toolrack::http {
namespace {

bool starts_with_word(std::string_view text, std::string_view known) {
    return is_word(text.substr(0, known.size()), known);
}

// A front server that maps '-' to '_' (CGI, WSGI) would take "Content_Length" for "Content-Length".
bool mimics_another(std::string_view name) {
    // What follows Mcp-Param- is a tool's own word, and '_' is a letter in it.
    if (name.find('_') == std::string_view::npos || starts_with_word(name, "mcp-param-")) return false;
    std::string as_meant(name);
    std::ranges::replace(as_meant, '_', '-');
    constexpr std::array<std::string_view, 7> families{
        "mcp-", "x-forwarded-", "x-real-", "forwarded", "sec-", "connection", "proxy-"};
    return single_named(as_meant) || std::ranges::any_of(families, [&](std::string_view family) {
               return starts_with_word(as_meant, family);
           });
}

bool stands_already(const head& in, std::string_view name) {
    return std::ranges::any_of(
        in.fields, [name](const field& each) { return equals_ignoring_case(each.name, name); });
}

rejection doubled(std::string_view name) {
    return refuse(400, "The field " + printable(name, 64) + " stands twice in the request.");
}

std::optional<rejection>
take_single(head& into, single which, std::string_view name, std::string_view value) {
    auto& slot = into.singles[static_cast<std::size_t>(which)];
    if (slot) return doubled(name);
    slot = value;
    return std::nullopt;
}

// Digits only: no sign, no list, no spaces, and no more of them than a 64-bit number has.
std::optional<std::uint64_t> parse_length(std::string_view digits) {
    std::uint64_t length = 0;
    const auto end = digits.data() + digits.size();
    const auto [stopped, wrong] = std::from_chars(digits.data(), end, length);
    if (wrong != std::errc{} || stopped != end || digits.size() > 19) return std::nullopt;
    return length;
}

}  // namespace

std::optional<rejection> take_field(head& into, std::string_view name, std::string_view value) {
    if (const auto which = single_named(name)) {
        if (auto no = take_single(into, *which, name, value)) return no;
    } else if (starts_with_word(name, "mcp-param-") && stands_already(into, name)) {
        return doubled(name);
    } else if (mimics_another(name)) {
        return refuse(
            400, "The field " + printable(name, 64) + " is written with underscores; use hyphens.");
    } else if (is_word(name, "http2-settings")) {
        return refuse(
            400,
            "This server speaks HTTP/1.1 only; switch the upgrade to HTTP/2 off in the client.");
    }
    into.fields.push_back({name, value});
    return std::nullopt;
}

std::optional<rejection> check_framing(head& of) {
    if (of.find(single::upgrade)) {
        return refuse(400,
                      "This server speaks HTTP/1.1 only; switch the upgrade to HTTP/2 or WebSocket "
                      "off in the client.");
    }
    const auto coding = of.find(single::transfer_encoding);
    const auto length = of.find(single::content_length);
    if (coding) {
        if (of.is_http_1_0) return refuse(400, "HTTP/1.0 knows no Transfer-Encoding.");
        if (length)
            return refuse(400, "The request has both Transfer-Encoding and Content-Length.");
        if (!is_word(*coding, "chunked")) {
            return refuse(400, "The only Transfer-Encoding that this server takes is chunked.");
        }
        of.chunked = true;
    }
    if (length) {
        of.content_length = parse_length(*length);
        if (!of.content_length) return refuse(400, "Content-Length must be one decimal number.");
    }
    if (const auto expected = of.find(single::expect)) {
        if (!is_word(*expected, "100-continue")) {
            return refuse(417, "The only expectation that this server meets is 100-continue.");
        }
        // An HTTP/1.0 client could not understand the interim answer (RFC 9110, 10.1.1).
        of.expects_continue = !of.is_http_1_0;
    }
    if (of.find(single::content_encoding)) {
        return refuse(415,
                      "This server takes no compressed bodies; send without Content-Encoding.");
    }
    return std::nullopt;
}

}  // namespace toolrack::http
