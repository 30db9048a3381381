// The TLS context that [tls] describes.
#pragma once

#include <memory>

#include "base/log.hpp"
#include "config/config.hpp"
#include "http/tls/tls_context.hpp"

namespace toolrack::app {

// Null without [tls]. Warns about settings that contradict it. Throws failure.
std::unique_ptr<http::tls_context> make_tls_context(const config::settings& settings, log& log);

}  // namespace toolrack::app
