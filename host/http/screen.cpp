#include "http/screen.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/text.hpp"
#include "http/syntax/authority.hpp"

namespace toolrack::http {
namespace {

// A client leaves out the port that its scheme implies, and the screen does not know whether a
// proxy in front took https off; so a missing port stands for either.
bool is_implied(unsigned short port) {
    return port == 80 || port == 443;
}

bool is_same_host(const authority& asked, std::string_view allowed_text) {
    const auto allowed = parse_authority(allowed_text);
    if (!allowed || !equals_ignoring_case(asked.host, allowed->host)) return false;
    if (!allowed->port) return true;
    return asked.port ? asked.port == allowed->port : is_implied(*allowed->port);
}

// As a browser writes one.
bool looks_like_an_origin(std::string_view text) {
    constexpr std::string_view in_scheme = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
    constexpr std::size_t longest_scheme = 31;
    const auto end = text.find("://");
    if (end == text.npos) return text == "null";
    const auto scheme = text.substr(0, end);
    const auto host = parse_authority(text.substr(end + 3));
    return scheme.size() <= longest_scheme && scheme.find_first_not_of(in_scheme) == scheme.npos && host &&
           is_nameable(*host);
}

std::optional<rejection> check_host(const head& head, const policy& policy) {
    const auto host = head.find(single::host).value_or("");
    // Nearly always it is literally one of them.
    if (std::ranges::find(policy.hosts, host) != policy.hosts.end()) return std::nullopt;
    const auto asked = parse_authority(host);
    const auto is_it = [&](std::string_view allowed) { return is_same_host(*asked, allowed); };
    if (asked && std::ranges::any_of(policy.hosts, is_it)) return std::nullopt;
    if (!asked || !is_nameable(*asked))
        return refuse(403, "The Host of the request is not one that this server answers to, and looks like none.");
    return refuse(403,
                  "Host \"" + printable(host, 100) +
                      "\" is not one that this server answers to; add it to server.allowed_hosts.");
}

std::optional<rejection> check_origin(const head& head, const policy& policy) {
    if (const auto origin = head.find(single::origin)) {
        const auto is_it = [&](std::string_view allowed) {
            return equals_ignoring_case(*origin, allowed);
        };
        if (std::ranges::none_of(policy.origins, is_it)) {
            if (!looks_like_an_origin(*origin))
                return refuse(403, "The Origin of the request may not use this server, and looks like none.");
            return refuse(403,
                          "Origin \"" + printable(*origin, 100) +
                              "\" may not use this server; add it to server.allowed_origins.");
        }
    }
    // A page of another site sent this, whatever it says of its origin.
    const auto site = head.find(single::sec_fetch_site);
    if (site && equals_ignoring_case(*site, "cross-site")) {
        return refuse(403, "Requests that a web page sends to another site are not taken.");
    }
    return std::nullopt;
}

}  // namespace

std::optional<rejection> screen_names(const head& head, const policy& policy) {
    if (auto no = check_host(head, policy)) return no;
    return check_origin(head, policy);
}

std::optional<rejection> screen(const head& head, const policy& policy) {
    if (auto no = screen_names(head, policy)) return no;
    if (head.path != policy.path) {
        return refuse(404, "There is nothing here; the MCP endpoint is " + policy.path + ".");
    }
    if (head.method != "POST" && head.method != "GET" && head.method != "DELETE") {
        return rejection{405,
                         "The method " + printable(head.method, 32) + " is not used here.",
                         {{"Allow", "POST, GET, DELETE"}}};
    }
    return std::nullopt;
}

}  // namespace toolrack::http
