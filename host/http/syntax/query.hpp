// What the query of a target gives away.
#pragma once

#include <string_view>

namespace toolrack::http {

// Whether one of its keys names a token ("access_token", "token", "MCP_AUTH_TOKEN", in any case and
// percent-encoded or not). A token in a URL is in every log on the way, so the gate refuses it.
bool names_a_token(std::string_view query);

}  // namespace toolrack::http
