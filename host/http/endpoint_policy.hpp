// The path of the MCP endpoint, and the Host and Origin values that the server accepts.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace toolrack::http {

struct endpoint_policy {
    std::string path;                  // "/mcp"
    std::vector<std::string> hosts;    // "localhost:8080"; any port without one; lower case
    std::vector<std::string> origins;  // "http://localhost:8080"; lower case
};

// Made after binding, because a port 0 in the configuration is known only then. Defaults: the listen addresses,
// localhost and the public URL.
endpoint_policy
make_endpoint_policy(const config::server& server, const std::vector<config::address>& bound, bool uses_tls = false);

}  // namespace toolrack::http
