// The protected resource metadata of RFC 9728, which tells OAuth clients where to get a token.
//
// It exists only when a backend names authorization servers; then every challenge contains its URL. Otherwise there is
// no document: a client that finds one starts an OAuth flow and ignores its configured token. Immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace toolrack::auth {

class protected_resource {
public:
    protected_resource() = default;  // no metadata

    // `why` is the end of a sentence about the backend with this index.
    struct fault {
        std::size_t backend;
        std::string why;
    };
    // `resource` is the canonical URI of this server; `metadata` is the JSON of each backend, empty when it has none.
    static result<protected_resource, fault> read(std::string_view resource, const std::vector<std::string>& metadata);

    bool is_published() const noexcept { return !document_.empty(); }
    const std::string& document() const noexcept { return document_; }  // JSON
    // Empty when the document does not exist.
    const std::string& url() const noexcept { return url_; }
    // The scopes to request for a first token, separated by spaces; empty when no backend names any.
    const std::string& scopes() const noexcept { return scopes_; }
    // Whether the document is served at this path. `endpoint` is the path of the MCP endpoint here, which differs from
    // that of the resource when a proxy rewrites paths.
    bool is_at(std::string_view path, std::string_view endpoint) const noexcept;

private:
    std::string document_;
    std::string url_;
    std::string scopes_;
    std::string path_;  // of the resource
};

}  // namespace toolrack::auth
