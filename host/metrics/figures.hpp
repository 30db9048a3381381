// The figures: all that is counted while it happens, over the life of the process, and under which names.
//
// What can be read off when somebody asks (how many sessions there are) is not counted here. Names are those of the
// OpenTelemetry conventions where there are any.
#pragma once

#include "metrics/family.hpp"

namespace toolrack::metrics {

struct figures {
    family<histogram, 3> operations{{
        .name = "mcp_server_operation_duration_seconds",
        .help = "How long requests took from their message to their answer; streams that only listen are left out",
        .labels = {"mcp_method_name", "gen_ai_tool_name", "error_type"},
        .is_unbounded = {false, true, false},
    }};
    family<counter, 2> requests{{
        .name = "toolrack_requests_total",
        .help = "MCP requests by who sent them; the first 200 by name",
        .labels = {"issuer", "subject"},
        .is_unbounded = {true, true},
        .most = 200,
    }};
    family<counter, 2> decisions{{
        .name = "toolrack_auth_decisions_total",
        .help = "What auth backends said of callers; without a backend: nobody was there to be asked any more",
        .labels = {"backend", "result"},
        .is_unbounded = {true, false},
    }};
    family<counter, 1> deaths{{
        .name = "toolrack_plugin_deaths_total",
        .help = "How often the process of a plugin ended without having been told to",
        .labels = {"instance"},
        .is_unbounded = {true},
    }};

    void write(page& to) const {
        operations.write(to);
        requests.write(to);
        decisions.write(to);
        deaths.write(to);
    }
};

}  // namespace toolrack::metrics
