// The way of a request, from its head to its answer. The page to read first.
#pragma once

#include "app/generation.hpp"
#include "app/server_status.hpp"
#include "base/asio.hpp"
#include "http/exchange.hpp"
#include "http/screen.hpp"

namespace toolrack::app {

// There is one way in: every route and every method passes the screen and the gate before a byte of
// its body is read. Beside it stand a sign, for those who look for the way to a token, only when there is
// such a way, and two windows for probes, through which one word is to be seen.
awaitable<void> serve(http::exchange& x, const http::policy& policy, const generation& now, const server_status& seen);

// The same, on the generation that is current when the request begins, which lives as long as it does.
awaitable<void> serve_current(http::exchange& x,
                              const http::policy& policy,
                              const current_generation& current,
                              const server_status& seen);

}  // namespace toolrack::app
