// Tool arguments that a client repeats in HTTP headers.
//
// A tool marks an argument with "x-mcp-header": "Region"; proxies can then route by the header Mcp-Param-Region. A call
// whose headers differ from its arguments is rejected. Spec: 2026-07-28, basic/transports/streamable-http, "Custom
// Headers from Tool Parameters" and "Server Validation".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <toolrack/json.hpp>
#include <vector>

#include "base/error.hpp"
#include "wire/outlet.hpp"

namespace toolrack::catalog {

struct param_header {
    std::string name;               // without "Mcp-Param-"
    std::vector<std::string> path;  // keys of the argument, outermost first
};

// `schema` is an inputSchema that has passed check_json. The error completes a sentence about the tool.
result<std::vector<param_header>, complaint> read_param_headers(const json::value& schema);

// The first mismatch as a sentence; empty when all headers match. Headers that the tool does not declare are ignored.
// The arguments are not validated against the schema here.
std::optional<std::string> params_disagree(const std::vector<param_header>& mirrored,
                                           const json::value& arguments,
                                           std::span<const wire::mirrored::field> shown);

}  // namespace toolrack::catalog
