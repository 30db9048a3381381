#include "http/syntax/head.hpp"

#include "base/text.hpp"
#include "http/syntax/token.hpp"

namespace toolrack::http {
namespace {

std::optional<single> when(bool is_it, single which) {
    return is_it ? std::optional(which) : std::nullopt;
}

}  // namespace

// By length first: it is asked for every field of every request, and nearly always says no.
std::optional<single> single_named(std::string_view name) noexcept {
    const auto is = [name](std::string_view known) { return is_word(name, known); };
    switch (name.size()) {
    case 4: return when(is("host"), single::host);
    case 6:
        if (is("origin")) return single::origin;
        return when(is("expect"), single::expect);
    case 7: return when(is("upgrade"), single::upgrade);
    case 8: return when(is("mcp-name"), single::mcp_name);
    case 10: return when(is("mcp-method"), single::mcp_method);
    case 12: return when(is("content-type"), single::content_type);
    case 13:
        if (is("authorization")) return single::authorization;
        return when(is("last-event-id"), single::last_event_id);
    case 14:
        if (is("content-length")) return single::content_length;
        if (is("mcp-session-id")) return single::mcp_session_id;
        return when(is("sec-fetch-site"), single::sec_fetch_site);
    case 16: return when(is("content-encoding"), single::content_encoding);
    case 17: return when(is("transfer-encoding"), single::transfer_encoding);
    case 20: return when(is("mcp-protocol-version"), single::mcp_protocol_version);
    default: return std::nullopt;
    }
}

std::optional<std::string_view> head::find(std::string_view name) const noexcept {
    if (const auto known = single_named(name)) return find(*known);
    for (const auto& each : fields) {
        if (equals_ignoring_case(each.name, name)) return each.value;
    }
    return std::nullopt;
}

}  // namespace toolrack::http
