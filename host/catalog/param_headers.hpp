// Arguments that a client repeats in HTTP headers: which ones a tool says so of, and whether a call does.
//
// A tool marks an argument with "x-mcp-header": "Region", and proxies on the way may then route by the
// header Mcp-Param-Region. So a call whose headers and arguments say different things is refused.
// Spec: 2026-07-28, basic/transports/streamable-http, "Custom Headers from Tool Parameters" and
// "Server Validation".
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
    std::string name;               // as the tool writes it, without "Mcp-Param-"
    std::vector<std::string> path;  // of the argument, from the outermost object inwards
};

// From an inputSchema that has passed check_json. The error is the end of a sentence about the tool.
result<std::vector<param_header>, complaint> read_param_headers(const json::value& schema);

// What disagrees, as a sentence; nothing when all is well. Headers that the tool does not name are not
// looked at. Whether the arguments fit the schema is somebody else's question.
std::optional<std::string> params_disagree(const std::vector<param_header>& mirrored,
                                           const json::value& arguments,
                                           std::span<const wire::mirrored::field> shown);

}  // namespace toolrack::catalog
