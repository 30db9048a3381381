// One JSON-RPC response as text, with what a transport needs beside it.
//
// Built by appending text, without a tree. stdio ignores `status` and the other members that are for HTTP.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "wire/outcome.hpp"

namespace toolrack::wire {

// JSON-RPC and MCP error codes (2026-07-28 basic, "Error Codes").
enum code : int {
    parse_error = -32700,
    invalid_request = -32600,
    method_not_found = -32601,
    invalid_params = -32602,
    internal_error = -32603,
    resource_not_found_legacy = -32002,
    header_mismatch = -32020,
    missing_client_capability = -32021,
    unsupported_version = -32022
};

struct reply {
    unsigned status = 200;       // HTTP
    std::string json;            // one line; empty for 202
    std::string session;         // legacy: the id of a new session, else empty
    std::string event;           // legacy: the SSE event id when the reply goes into a stream
    std::string challenge = {};  // HTTP: WWW-Authenticate of a 403
    unsigned retry_after = 0;    // HTTP: Retry-After in seconds; 0: no such header
    wire::outcome outcome = outcome::ok;
    int error = 0;  // the JSON-RPC code of an error
    // HTTP: called on the outlet's thread when the client has read the whole answer and closed the connection, as far
    // as the transport can tell; otherwise never.
    std::function<void()> delivered = {};
};

// {"jsonrpc":"2.0","id":ID,"error":{...}}. `id` is JSON text; when it is empty, the member is left out, as the MCP
// schemas require for an id that could not be read. `data` is JSON text or empty.
reply error_reply(
    std::string_view id, int code, std::string_view message, unsigned status = 200, std::string_view data = {});

// {"jsonrpc":"2.0","id":ID,"result":RESULT}; `result` is JSON text.
reply result_reply(std::string_view id, std::string_view result);

// {"jsonrpc":"2.0","method":METHOD,"params":PARAMS}
std::string notification(std::string_view method, std::string_view params);

// For messages that notification() and the mcp room build: whether it is a progress notification, which a later one
// supersedes; and whether it is a request, which needs an answer from the client.
bool is_progress(std::string_view message);
bool is_request(std::string_view message);

}  // namespace toolrack::wire
