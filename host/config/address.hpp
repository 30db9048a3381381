// Parsers for network values of the configuration: listen addresses, networks, hosts, origins, URLs.
#pragma once

#include <string>

#include "config/config.hpp"
#include "config/text.hpp"

namespace toolrack::config {

// "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (which is 127.0.0.1) or "unix:/run/x.sock".
address parse_address(const text& written);

// Each returns the canonical form of the value, or throws failure.
std::string parse_network(const text& written);  // "10.0.0.0/8"
std::string parse_host(const text& written);     // "tools.example.com", with or without a port
std::string parse_origin(const text& written);   // "https://app.example.com"
std::string parse_public_url(const text& written);

}  // namespace toolrack::config
