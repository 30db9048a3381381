// The routes that do not speak MCP: two health probes and the metrics.
//
// Probes need no token and disclose one word. The metrics are behind the gate. All of them check Host and Origin, so
// that a web page cannot read them from its visitor's own machine.
#pragma once

#include <optional>

#include "app/generation.hpp"
#include "app/server_status.hpp"
#include "http/exchange.hpp"
#include "http/request_check.hpp"

namespace toolrack::app {

// Answers a probe. False when this request is none.
bool answer_probe(http::exchange& x, const http::endpoint_policy& policy, const server_status& status);

// False when the metrics are not configured.
bool is_metrics_request(const http::head& head, const generation& now);
// Replaces http::check_request for a metrics request.
std::optional<http::rejection> check_metrics_request(const http::head& head, const http::endpoint_policy& policy);
// `caller` passed the gate. Checks the scopes that [metrics] requires.
void answer_metrics(http::exchange& x,
                    const identity::principal& caller,
                    const generation& now,
                    const server_status& status);

}  // namespace toolrack::app
