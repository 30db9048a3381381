#include "http/request_check.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/text.hpp"
#include "http/syntax/authority.hpp"

namespace toolrack::http {
namespace {

// A client omits the default port of its scheme. A proxy in front may terminate https, so a missing port stands for
// either default.
bool is_implied(unsigned short port) { return port == 80 || port == 443; }

bool is_same_host(const authority& asked, std::string_view allowed_text) {
    const auto allowed = parse_authority(allowed_text);
    if (!allowed || !equals_ignoring_case(asked.host, allowed->host)) return false;
    if (!allowed->port) return true;
    return asked.port ? asked.port == allowed->port : is_implied(*allowed->port);
}

// Whether a browser could have sent it.
bool is_plausible_origin(std::string_view text) {
    constexpr std::string_view in_scheme = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
    constexpr std::size_t max_scheme = 31;
    const auto end = text.find("://");
    if (end == text.npos) return text == "null";
    const auto scheme = text.substr(0, end);
    const auto host = parse_authority(text.substr(end + 3));
    return scheme.size() <= max_scheme && scheme.find_first_not_of(in_scheme) == scheme.npos && host &&
           is_plausible_host(*host);
}

std::optional<rejection> check_host(const head& head, const endpoint_policy& policy) {
    const auto host = head.find(singleton_field::host).value_or("");
    // The common case.
    if (std::ranges::find(policy.hosts, host) != policy.hosts.end()) return std::nullopt;
    const auto asked = parse_authority(host);
    const auto is_asked = [&](std::string_view allowed) { return is_same_host(*asked, allowed); };
    if (asked && std::ranges::any_of(policy.hosts, is_asked)) return std::nullopt;
    if (!asked || !is_plausible_host(*asked))
        return reject(403, "The Host field is not allowed and is not a plausible host name.");
    return reject(403, "Host \"" + printable(host, 100) + "\" is not allowed. Add it to server.allowed_hosts.");
}

std::optional<rejection> check_origin(const head& head, const endpoint_policy& policy) {
    if (const auto origin = head.find(singleton_field::origin)) {
        const auto is_sent = [&](std::string_view allowed) { return equals_ignoring_case(*origin, allowed); };
        if (std::ranges::none_of(policy.origins, is_sent)) {
            if (!is_plausible_origin(*origin))
                return reject(403, "The Origin field is not allowed and is not a plausible origin.");
            return reject(
                403, "Origin \"" + printable(*origin, 100) + "\" is not allowed. Add it to server.allowed_origins.");
        }
    }
    // Sent by a page of another site, whatever its Origin field.
    const auto site = head.find(singleton_field::sec_fetch_site);
    if (site && equals_ignoring_case(*site, "cross-site")) {
        return reject(403, "Cross-site requests of web pages are not allowed.");
    }
    return std::nullopt;
}

}  // namespace

std::optional<rejection> check_host_and_origin(const head& head, const endpoint_policy& policy) {
    if (auto no = check_host(head, policy)) return no;
    return check_origin(head, policy);
}

std::optional<rejection> check_request(const head& head, const endpoint_policy& policy) {
    if (auto no = check_host_and_origin(head, policy)) return no;
    if (head.path != policy.path) {
        return reject(404, "Not found. The MCP endpoint is " + policy.path + ".");
    }
    if (head.method != "POST" && head.method != "GET" && head.method != "DELETE") {
        return method_not_allowed("The method " + printable(head.method, 32) + " is not allowed.", "POST, GET, DELETE");
    }
    return std::nullopt;
}

}  // namespace toolrack::http
