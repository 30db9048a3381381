// [server]: the HTTP edge; and [tls].
#include <string>
#include <string_view>
#include <vector>

#include "base/seal.hpp"
#include "config/address.hpp"
#include "config/complaint.hpp"
#include "config/tables.hpp"

namespace toolrack::config {
namespace {

constexpr std::size_t largest_result = 1024 * 1024 * 1024;

template <typename Parse>
auto each(const std::vector<text>& list, Parse parse) {
    std::vector<decltype(parse(list.front()))> parsed;
    for (const text& written : list) parsed.push_back(parse(written));
    return parsed;
}

// As in a request line, so that routing can compare bytes.
std::string parse_path(const text& written) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/";
    const std::string& path = written.value;
    if (!path.starts_with('/')) written.refuse("does not begin with a slash", R"(a path such as "/mcp")");
    if (path.find_first_not_of(allowed) != path.npos)
        written.refuse("has characters that are not allowed in a path", R"(a path such as "/mcp")");
    if (path.size() > 1 && path.ends_with('/')) written.refuse("ends in a slash", R"(a path such as "/mcp")");
    if (path == alive_path || path == ready_path || path == metrics_path)
        written.refuse("is reserved for probes and metrics", R"(another path, such as "/mcp")");
    return path;
}

void read_server_table(const reader& table, server& into) {
    if (const auto listen = table.find_text_or_list("listen")) {
        into.listen = each(*listen, parse_address);
        if (into.listen.empty())
            complain(table.where("listen"), "server.listen is empty", "an address such as \"127.0.0.1:8080\"", "none");
    }
    if (const auto path = table.find_text("path")) into.path = parse_path(*path);
    if (const auto url = table.find_text("public_url")) into.public_url = parse_public_url(*url);
    if (const auto hosts = table.find_list("allowed_hosts")) into.allowed_hosts = each(*hosts, parse_host);
    if (const auto origins = table.find_list("allowed_origins")) into.allowed_origins = each(*origins, parse_origin);
    if (const auto networks = table.find_list("allow_cleartext")) into.allow_cleartext = each(*networks, parse_network);
    table.number("page_size", into.page_size, std::size_t{1}, std::size_t{10'000});
    table.number("threads", into.threads, 0u, 256u);
    table.size("max_result", into.max_result, largest_result);
    table.number("json_depth", into.json_depth, std::size_t{8}, std::size_t{512});
    table.number("sessions", into.sessions, std::size_t{1}, std::size_t{1'000'000});
    table.duration("session_idle", into.session_idle);
    table.duration("drain", into.drain);
    table.flag("read_only", into.read_only);
    into.seal_keys = table.secrets("seal_keys", seal::shortest_key);
}

std::string path_in(const reader& table, std::string_view key) {
    const auto path = table.find_text(key);
    if (!path) return {};
    if (path->value.empty()) path->refuse("is empty", "the path of a PEM file");
    return path->value;
}

std::string required_path(const reader& table, std::string_view key) {
    auto path = path_in(table, key);
    if (path.empty()) complain(table.where(), table.name_of(key) + " is missing", "the path of a PEM file", "none");
    return path;
}

// Without client_ca no client certificate could be verified.
bool is_client_certificate_required(const reader& table, bool has_authority) {
    const auto choice = table.find_text("client_certificate");
    if (!choice) return false;
    if (choice->value != "optional" && choice->value != "required")
        choice->refuse("is not a valid value", R"("optional" or "required")");
    if (!has_authority)
        choice->refuse("needs tls.client_ca", "tls.client_ca with the path of a PEM file of certificate authorities");
    return choice->value == "required";
}

}  // namespace

server read_server(const reader& file) {
    server server;
    const auto table = file.find_table("server",
                                       {"listen",
                                        "path",
                                        "public_url",
                                        "allowed_hosts",
                                        "allowed_origins",
                                        "allow_cleartext",
                                        "page_size",
                                        "threads",
                                        "max_result",
                                        "json_depth",
                                        "sessions",
                                        "session_idle",
                                        "drain",
                                        "read_only",
                                        "seal_keys"});
    if (table) read_server_table(*table, server);
    if (server.listen.empty()) {
        const location& where = table ? table->where() : file.where();
        server.listen = {parse_address({.value = "127.0.0.1:8080", .key = "server.listen", .where = where})};
    }
    read_limits(file, server);
    return server;
}

bool has_same_listeners(const server& one, const server& other) {
    const auto addresses = [](const server& of) {
        std::vector<std::string> all;
        for (const auto& each : of.listen) all.push_back(to_string(each));
        return all;
    };
    return addresses(one) == addresses(other) && one.path == other.path && one.public_url == other.public_url &&
           one.allowed_hosts == other.allowed_hosts && one.allowed_origins == other.allowed_origins &&
           one.allow_cleartext == other.allow_cleartext && one.threads == other.threads &&
           one.sessions == other.sessions && one.session_idle == other.session_idle && one.memory == other.memory &&
           one.http == other.http;
}

std::optional<tls> read_tls(const reader& file) {
    const auto table = file.find_table("tls", {"certificate", "key", "client_ca", "client_certificate"});
    if (!table) return std::nullopt;
    tls tls{.certificate = required_path(*table, "certificate"),
            .key = required_path(*table, "key"),
            .client_ca = path_in(*table, "client_ca"),
            .where = table->where()};
    tls.requires_client_certificate = is_client_certificate_required(*table, !tls.client_ca.empty());
    return tls;
}

}  // namespace toolrack::config
