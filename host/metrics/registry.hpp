// All metric families that are updated as events happen, with their names. They live as long as the process.
//
// Gauges that are computed on request (the number of sessions) are not here. Names follow the OpenTelemetry conventions
// where these define one.
#pragma once

#include "metrics/family.hpp"

namespace toolrack::metrics {

struct registry {
    family<histogram, 3> operations{{
        .name = "mcp_server_operation_duration_seconds",
        .help = "Duration of requests, from the message to the reply; without subscription streams",
        .labels = {"mcp_method_name", "gen_ai_tool_name", "error_type"},
        .is_unbounded = {false, true, false},
    }};
    family<counter, 2> requests{{
        .name = "toolrack_requests_total",
        .help = "MCP requests by principal; principals after the first 200 count as other",
        .labels = {"issuer", "subject"},
        .is_unbounded = {true, true},
        .most = 200,
    }};
    family<counter, 2> decisions{{
        .name = "toolrack_auth_decisions_total",
        .help = "Decisions about callers by auth backend; an empty backend: no backend was left to ask",
        .labels = {"backend", "result"},
        .is_unbounded = {true, false},
    }};
    family<counter, 1> worker_crashes{{
        .name = "toolrack_worker_crashes_total",
        .help = "Worker processes that ended unexpectedly",
        .labels = {"instance"},
        .is_unbounded = {true},
    }};

    void write(page& to) const {
        operations.write(to);
        requests.write(to);
        decisions.write(to);
        worker_crashes.write(to);
    }
};

}  // namespace toolrack::metrics
