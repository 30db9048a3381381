#include "auth/protected_resource.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "identity/scope.hpp"
#include "wire/json.hpp"

namespace toolrack::auth {
namespace {

constexpr std::string_view well_known = "/.well-known/oauth-protected-resource";

bool is_server(const json::value& one) {
    if (!one.is_string()) return false;
    const auto uri = one.str();
    return (uri.starts_with("https://") || uri.starts_with("http://")) &&
           std::ranges::all_of(uri, [](unsigned char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; });
}

bool is_scope(const json::value& one) { return one.is_string() && identity::is_scope(one.str()); }

// Appends the strings of an array that are not in `into` yet. False when it is not an array of good strings.
template <typename Check>
bool append_strings(const std::optional<json::value>& array, Check is_good, std::vector<std::string>& into) {
    if (!array) return true;
    if (!array->is_array()) return false;
    for (const auto& one : *array) {
        if (!is_good(one)) return false;
        auto text = one.str();
        if (std::ranges::find(into, text) == into.end()) into.push_back(std::move(text));
    }
    return true;
}

void add_strings(std::string& to, std::string_view member, const std::vector<std::string>& strings) {
    to += ',';
    json::write_string(to, member);
    to += ":[";
    for (std::size_t i = 0; i < strings.size(); ++i) {
        if (i > 0) to += ',';
        json::write_string(to, strings[i]);
    }
    to += ']';
}

// Appends the metadata of one backend; ignores it when it names no authorization server. Returns what is wrong with it.
std::optional<std::string>
append_metadata(const std::string& metadata, std::vector<std::string>& servers, std::vector<std::string>& scopes) {
    if (metadata.empty()) return std::nullopt;
    if (const auto fault = wire::check_json(metadata))
        return "its metadata cannot be used: " + std::string(to_string(fault->kind));
    const json::value root(metadata);
    if (!root.is_object()) return "its metadata is not a JSON object";
    const auto before = servers.size();
    if (!append_strings(root.find("authorization_servers"), is_server, servers))
        return "\"authorization_servers\" in its metadata is not an array of https URLs";
    if (servers.size() == before) return std::nullopt;
    if (!append_strings(root.find("scopes_supported"), is_scope, scopes))
        return "\"scopes_supported\" in its metadata is not an array of scopes";
    return std::nullopt;
}

}  // namespace

result<protected_resource, protected_resource::fault>
protected_resource::read(std::string_view resource, const std::vector<std::string>& metadata) {
    std::vector<std::string> servers, scopes;
    for (std::size_t i = 0; i < metadata.size(); ++i)
        if (auto why = append_metadata(metadata[i], servers, scopes)) return fault{i, std::move(*why)};
    if (servers.empty()) return protected_resource();
    // Only the client and the authorization server use refresh tokens. (MCP, basic/authorization.)
    std::erase(scopes, "offline_access");

    protected_resource made;
    const auto host = resource.find("://");
    const auto path = resource.find('/', host == std::string_view::npos ? 0 : host + 3);
    if (path != std::string_view::npos && path + 1 < resource.size()) made.path_ = resource.substr(path);
    made.url_ = resource.substr(0, path);
    made.url_ += well_known;  // before the path (RFC 9728 3.1)
    made.url_ += made.path_;

    made.scopes_ = fmt::format("{}", fmt::join(scopes, " "));
    constexpr std::size_t longest_in_a_header = 2048;  // the document has them all
    if (made.scopes_.size() > longest_in_a_header) made.scopes_.clear();
    made.document_ = "{\"resource\":";
    json::write_string(made.document_, resource);
    add_strings(made.document_, "authorization_servers", servers);
    if (!scopes.empty()) add_strings(made.document_, "scopes_supported", scopes);
    made.document_ += R"(,"bearer_methods_supported":["header"]})";
    return made;
}

bool protected_resource::is_at(std::string_view path, std::string_view endpoint) const noexcept {
    if (!is_published() || !path.starts_with(well_known)) return false;
    path.remove_prefix(well_known.size());
    return path.empty() || path == path_ || path == endpoint;
}

}  // namespace toolrack::auth
