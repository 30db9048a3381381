// The canonical URI of this server: the audience of tokens that are meant for it (RFC 8707).
#pragma once

#include <string>

#include "config/config.hpp"

namespace toolrack::app {

// server.public_url, or else the URL of the first listening address.
std::string resource_uri(const config::settings& settings);

}  // namespace toolrack::app
