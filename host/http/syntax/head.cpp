#include "http/syntax/head.hpp"

#include "base/text.hpp"
#include "http/syntax/lowercase.hpp"

namespace toolrack::http {
namespace {

std::optional<singleton_field> when(bool is_equal, singleton_field which) {
    return is_equal ? std::optional(which) : std::nullopt;
}

}  // namespace

// Compares lengths first: it runs for every field of every request and seldom finds one.
std::optional<singleton_field> singleton_field_named(std::string_view name) noexcept {
    const auto is = [name](std::string_view known) { return equals_lowercase(name, known); };
    switch (name.size()) {
    case 4: return when(is("host"), singleton_field::host);
    case 6:
        if (is("origin")) return singleton_field::origin;
        return when(is("expect"), singleton_field::expect);
    case 7: return when(is("upgrade"), singleton_field::upgrade);
    case 8: return when(is("mcp-name"), singleton_field::mcp_name);
    case 10: return when(is("mcp-method"), singleton_field::mcp_method);
    case 12: return when(is("content-type"), singleton_field::content_type);
    case 13:
        if (is("authorization")) return singleton_field::authorization;
        return when(is("last-event-id"), singleton_field::last_event_id);
    case 14:
        if (is("content-length")) return singleton_field::content_length;
        if (is("mcp-session-id")) return singleton_field::mcp_session_id;
        return when(is("sec-fetch-site"), singleton_field::sec_fetch_site);
    case 16: return when(is("content-encoding"), singleton_field::content_encoding);
    case 17: return when(is("transfer-encoding"), singleton_field::transfer_encoding);
    case 20: return when(is("mcp-protocol-version"), singleton_field::mcp_protocol_version);
    default: return std::nullopt;
    }
}

std::optional<std::string_view> head::find(std::string_view name) const noexcept {
    if (const auto known = singleton_field_named(name)) return find(*known);
    for (const auto& each : fields) {
        if (equals_ignoring_case(each.name, name)) return each.value;
    }
    return std::nullopt;
}

}  // namespace toolrack::http
