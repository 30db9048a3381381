#include "http/endpoint_policy.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "http/syntax/authority.hpp"

namespace toolrack::http {
namespace {

void add(std::vector<std::string>& to, std::string entry) {
    if (std::ranges::find(to, entry) == to.end()) to.push_back(std::move(entry));
}

bool is_wildcard(const config::address& address) { return address.host == "0.0.0.0" || address.host == "::"; }

std::string in_url(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

// The hosts by which clients reach this address. For a wildcard address only the loopback names are known; the operator
// must configure the others.
std::vector<std::string> names_of(const config::address& address) {
    if (address.kind == config::address::kind::unix_socket) return {"localhost"};
    const auto port = ":" + std::to_string(address.port);
    std::vector<std::string> names;
    if (!is_wildcard(address)) names.push_back(in_url(lower(address.host)) + port);
    names.push_back("localhost" + port);
    if (is_wildcard(address) || address.is_loopback()) {
        names.push_back("127.0.0.1" + port);
        names.push_back("[::1]" + port);
    }
    return names;
}

// Browsers leave out the port that a scheme implies (WHATWG URL, "origin").
std::string origin_of(std::string_view scheme, std::string_view host_and_port) {
    const std::string_view implied = scheme == "https" ? ":443" : ":80";
    if (host_and_port.ends_with(implied)) host_and_port.remove_suffix(implied.size());
    return std::string(scheme) + "://" + std::string(host_and_port);
}

struct public_location {
    std::string scheme;
    std::string host_and_port;  // always with a port
};
std::optional<public_location> location_of(const std::optional<std::string>& url) {
    if (!url) return std::nullopt;
    const auto text = lower(*url);
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string::npos) return std::nullopt;
    public_location found{text.substr(0, scheme_end), text.substr(scheme_end + 3)};
    found.host_and_port.resize(std::min(found.host_and_port.find_first_of("/?#"), found.host_and_port.size()));
    const auto parsed = parse_authority(found.host_and_port);
    if (!parsed) return std::nullopt;
    if (!parsed->port) found.host_and_port += found.scheme == "https" ? ":443" : ":80";
    return found;
}

std::vector<std::string> lowered(const std::vector<std::string>& entries) {
    std::vector<std::string> made;
    for (const auto& entry : entries) made.push_back(lower(entry));
    return made;
}

}  // namespace

endpoint_policy
make_endpoint_policy(const config::server& server, const std::vector<config::address>& bound, bool uses_tls) {
    endpoint_policy made{server.path, {}, {}};
    for (const auto& address : bound) {
        const bool has_tls = uses_tls && address.kind == config::address::kind::tcp;
        for (const auto& name : names_of(address)) {
            add(made.hosts, name);
            add(made.origins, origin_of(has_tls ? "https" : "http", name));
        }
    }
    if (const auto location = location_of(server.public_url)) {
        add(made.hosts, location->host_and_port);
        add(made.origins, origin_of(location->scheme, location->host_and_port));
    }
    if (server.allowed_hosts) made.hosts = lowered(*server.allowed_hosts);
    if (server.allowed_origins) made.origins = lowered(*server.allowed_origins);
    return made;
}

}  // namespace toolrack::http
