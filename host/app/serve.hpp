// The path of an HTTP request, from its head to its response. Read this file first.
#pragma once

#include "app/current_generation.hpp"
#include "app/server_status.hpp"
#include "base/asio.hpp"
#include "http/exchange.hpp"
#include "http/request_check.hpp"

namespace toolrack::app {

// Every route and every method passes the request check and the gate before its body is read. Unauthenticated routes:
// RFC 9728 metadata and two health probes.
awaitable<void>
serve(http::exchange& x, const http::endpoint_policy& policy, const generation& now, const server_status& status);

// The same with the generation that is current when the request begins; the request keeps it alive.
awaitable<void> serve_current(http::exchange& x,
                              const http::endpoint_policy& policy,
                              const current_generation& current,
                              const server_status& status);

}  // namespace toolrack::app
