// Parsers for hosts, origins and URLs. Names are never resolved.
#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <string>
#include <string_view>

#include "config/address.hpp"
#include "config/complaint.hpp"

namespace toolrack::config {

std::string parse_host(const text& written) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]";
    const std::string& value = written.value;
    if (value.empty() || value.find_first_not_of(allowed) != value.npos)
        written.refuse("is not a host", R"(a host such as "tools.example.com" or "localhost:8080")");
    return value;
}

std::string parse_origin(const text& written) {
    const auto parsed = boost::urls::parse_uri(written.value);
    if (!parsed || parsed->host().empty() || parsed->host() == "*" || parsed->has_userinfo() ||
        !parsed->encoded_path().empty() || parsed->has_query() || parsed->has_fragment())
        complain(written.where,
                 written.key + " is not an origin",
                 R"(a scheme, a host and optionally a port, such as "https://app.example.com")",
                 parsed && parsed->has_userinfo() ? "a user name in it" : written.shown());
    boost::urls::url origin(*parsed);
    return std::string(origin.normalize().buffer());
}

// The canonical form of the resource identifier (RFC 8707 and MCP, basic/authorization: lower-case scheme and host, no
// fragment, no trailing slash).
std::string parse_public_url(const text& written) {
    constexpr std::string_view expected = R"(a URL such as "https://tools.example.com/mcp")";
    const auto parsed = boost::urls::parse_uri(written.value);
    if (parsed && parsed->has_userinfo())
        complain(written.where, written.key + " must not contain a user name", expected, "one (not shown)");
    if (!parsed || parsed->host().empty() ||
        (parsed->scheme_id() != boost::urls::scheme::http && parsed->scheme_id() != boost::urls::scheme::https))
        written.refuse("is not an absolute http or https URL", expected);
    if (parsed->has_fragment()) written.refuse("must not have a fragment", expected);
    if (parsed->has_query()) written.refuse("must not have a query", expected);
    if (parsed->encoded_path().ends_with('/')) written.refuse("must not end in a slash", expected);
    boost::urls::url canonical(*parsed);
    canonical.normalize_scheme();
    canonical.normalize_authority();
    return std::string(canonical.buffer());
}

}  // namespace toolrack::config
