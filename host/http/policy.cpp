// What the server answers to when the configuration does not say: where it listens, localhost, and
// its public URL.
#include <algorithm>

#include "base/text.hpp"
#include "http/syntax/authority.hpp"
#include "http/screen.hpp"

namespace toolrack::http {
namespace {

void add(std::vector<std::string>& to, std::string entry) {
    if (std::ranges::find(to, entry) == to.end()) to.push_back(std::move(entry));
}

bool is_wildcard(const config::address& address) {
    return address.host == "0.0.0.0" || address.host == "::";
}

std::string in_url(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

// The names by which a client may mean this address. Nobody means a wildcard by its number, and who
// listens on one has names that only the operator knows.
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

struct public_place {
    std::string scheme;
    std::string host_and_port;  // the port always said
};
std::optional<public_place> place_of(const std::optional<std::string>& url) {
    if (!url) return std::nullopt;
    const auto text = lower(*url);
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string::npos) return std::nullopt;
    public_place found{text.substr(0, scheme_end), text.substr(scheme_end + 3)};
    found.host_and_port.resize(
        std::min(found.host_and_port.find_first_of("/?#"), found.host_and_port.size()));
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

policy make_policy(const config::server& server,
                   const std::vector<config::address>& bound,
                   bool speaks_tls) {
    policy made{server.path, {}, {}};
    for (const auto& address : bound) {
        const bool is_sealed = speaks_tls && address.kind == config::address::kind::tcp;
        for (const auto& name : names_of(address)) {
            add(made.hosts, name);
            add(made.origins, origin_of(is_sealed ? "https" : "http", name));
        }
    }
    if (const auto place = place_of(server.public_url)) {
        add(made.hosts, place->host_and_port);
        add(made.origins, origin_of(place->scheme, place->host_and_port));
    }
    if (server.allowed_hosts) made.hosts = lowered(*server.allowed_hosts);
    if (server.allowed_origins) made.origins = lowered(*server.allowed_origins);
    return made;
}

}  // namespace toolrack::http
