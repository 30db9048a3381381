// Finds tokens in the query of a request target.
#pragma once

#include <string_view>

namespace toolrack::http {

// Whether a key of the query names a token ("access_token", "token", "MCP_AUTH_TOKEN", in any case, percent-encoded or
// not). Proxies log URLs, so the gate refuses such a request.
bool has_token_parameter(std::string_view query);

}  // namespace toolrack::http
