// The windows: what of this server can be seen over HTTP without speaking MCP.
//
// Probes need no token, and so are told one word. The metrics are behind the gate, as everything else is. A window is
// looked through from where the screen allows, or a page of another site could watch its reader's own machine.
#pragma once

#include "app/generation.hpp"
#include "app/server_status.hpp"
#include "http/exchange.hpp"
#include "http/screen.hpp"

namespace toolrack::app {

// Answers a probe. False when this request is none.
bool answer_probe(http::exchange& x, const http::policy& policy, const server_status& seen);

// Whether the metrics are asked for, where there are any.
bool asks_for_metrics(const http::head& asked, const generation& now);
// In place of the endpoint's own screen.
std::optional<http::rejection> screen_metrics(const http::head& asked, const http::policy& policy);
// To whom the gate let in.
void show_metrics(http::exchange& x, const identity::principal& who, const generation& now, const server_status& seen);

}  // namespace toolrack::app
