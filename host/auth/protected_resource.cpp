#include "auth/protected_resource.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

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

// RFC 6749 3.3: it also stands between quotes in a header.
bool is_scope(const json::value& one) {
    if (!one.is_string()) return false;
    const auto scope = one.str();
    return !scope.empty() && std::ranges::all_of(scope, [](unsigned char c) {
        return c > ' ' && c < 0x7F && c != '"' && c != '\\';
    });
}

// The strings of an array, each once; false when it is something else. `into` keeps what it had.
template <typename Check>
bool take_strings(const std::optional<json::value>& array, Check is_good, std::vector<std::string>& into) {
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

// A backend that names no authorization server says nothing, whatever else it says.
std::optional<std::string> add_said(const std::string& said,
                                    std::vector<std::string>& servers,
                                    std::vector<std::string>& scopes) {
    if (said.empty()) return std::nullopt;
    if (const auto fault = wire::check_json(said))
        return "its metadata is not acceptable: " + std::string(to_string(fault->kind));
    const json::value root(said);
    if (!root.is_object()) return "its metadata is not a JSON object";
    const auto before = servers.size();
    if (!take_strings(root.find("authorization_servers"), is_server, servers))
        return "the \"authorization_servers\" of its metadata are not an array of https URLs";
    if (servers.size() == before) return std::nullopt;
    if (!take_strings(root.find("scopes_supported"), is_scope, scopes))
        return "the \"scopes_supported\" of its metadata are not an array of scopes";
    return std::nullopt;
}

}  // namespace

result<protected_resource, protected_resource::fault> protected_resource::read(std::string_view resource,
                                                                               const std::vector<std::string>& said) {
    std::vector<std::string> servers, scopes;
    for (std::size_t i = 0; i < said.size(); ++i)
        if (auto why = add_said(said[i], servers, scopes)) return fault{i, std::move(*why)};
    if (servers.empty()) return protected_resource();
    // Refresh tokens are between a client and its authorization server. (MCP, basic/authorization.)
    std::erase(scopes, "offline_access");

    protected_resource made;
    const auto host = resource.find("://");
    const auto path = resource.find('/', host == std::string_view::npos ? 0 : host + 3);
    if (path != std::string_view::npos && path + 1 < resource.size()) made.path_ = resource.substr(path);
    made.url_ = resource.substr(0, path);
    made.url_ += well_known;  // before the path (RFC 9728 3.1)
    made.url_ += made.path_;

    made.scopes_ = fmt::format("{}", fmt::join(scopes, " "));
    constexpr std::size_t longest_in_a_header = 2048;  // whoever wants more finds it in the document
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
