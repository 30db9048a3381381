// Checks a parsed head before authentication: the host, the origin, the path and the method. The parser has checked the
// framing already.
//
// Host and Origin keep web pages from reaching a server on the user's own machine (DNS rebinding).
#pragma once

#include <optional>

#include "http/endpoint_policy.hpp"
#include "http/syntax/head.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::http {

// For routes beside the MCP endpoint.
std::optional<rejection> check_host_and_origin(const head& head, const endpoint_policy& policy);

std::optional<rejection> check_request(const head& head, const endpoint_policy& policy);

}  // namespace toolrack::http
