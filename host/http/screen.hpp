// The screen: what a head must look like before anybody is asked who sent it.
//
// Pure functions over a parsed head. Order: framing was checked while parsing; then the host, then
// the origin, the path, the method. What it lets through is safe to authenticate, and no more. Host
// and Origin are what keeps web pages from reaching a server on the reader's own machine (DNS
// rebinding).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "http/syntax/head.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

// What this server answers to. Made once from the configuration and the addresses that were really
// bound (a port 0 is known only then).
struct policy {
    std::string path;                  // "/mcp"
    std::vector<std::string> hosts;    // "localhost:8080"; without a port: any port; lower case
    std::vector<std::string> origins;  // "http://localhost:8080"; lower case
};
policy make_policy(const config::server& server,
                   const std::vector<config::address>& bound,
                   bool speaks_tls = false);

// Whom it is for and where it comes from, and nothing else: for what has a path of its own.
std::optional<rejection> screen_names(const head& head, const policy& policy);

std::optional<rejection> screen(const head& head, const policy& policy);

}  // namespace toolrack::http
