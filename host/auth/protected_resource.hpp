// The protected resource: what an OAuth client may learn of this server before it has a token.
//
// There is something to learn only when a backend names authorization servers; then it is where RFC 9728
// has clients look, and every challenge says so. Without one there is no such document at all: clients that
// find one start an OAuth flow and forget the token they were configured with. Immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace toolrack::auth {

class protected_resource {
public:
    protected_resource() = default;  // nothing to learn

    // `resource` is our canonical URI, `said` what each backend says of itself (toolrack_auth::metadata),
    // empty when it says nothing. The error is the end of a sentence about the backend of that place.
    struct fault {
        std::size_t backend;
        std::string why;
    };
    static result<protected_resource, fault> read(std::string_view resource, const std::vector<std::string>& said);

    bool is_published() const noexcept { return !document_.empty(); }
    const std::string& document() const noexcept { return document_; }  // JSON
    // Where a challenge says that it is; empty when it is not.
    const std::string& url() const noexcept { return url_; }
    // What a first token should be good for, with blanks between; empty when no backend says.
    const std::string& scopes() const noexcept { return scopes_; }
    // Whether a request for this path is for the document. `endpoint` is the path of the MCP endpoint, which
    // a proxy may have changed on the way.
    bool is_at(std::string_view path, std::string_view endpoint) const noexcept;

private:
    std::string document_;
    std::string url_;
    std::string scopes_;
    std::string path_;  // of the resource
};

}  // namespace toolrack::auth
