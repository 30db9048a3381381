// What goes back: one JSON-RPC response as text, and what a transport should know of it.
//
// Built by appending text; there is no tree. A transport with statuses (HTTP) shows `status`, one
// without ignores it.
#pragma once

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
    unsigned status = 200;  // HTTP
    std::string json;       // one line; empty when there is nothing to say (202)
    std::string session;    // legacy: the session that was just made, else empty
    std::string event;      // legacy: the SSE event id, when the answer goes into a stream
    std::string challenge = {};  // HTTP: the WWW-Authenticate of a 403
    unsigned retry_after = 0;    // HTTP: seconds to wait before another try; 0 when nothing is said of it
    wire::outcome outcome = outcome::ok;
    int error = 0;  // the JSON-RPC code, when it is an error
};

// {"jsonrpc":"2.0","id":ID,"error":{...}}. `id` is JSON text; empty leaves the member out, as the MCP
// schemas want it when the id could not be read. `data` is JSON text or empty.
reply error_reply(std::string_view id,
                  int code,
                  std::string_view message,
                  unsigned status = 200,
                  std::string_view data = {});

// {"jsonrpc":"2.0","id":ID,"result":RESULT}; `result` is JSON text.
reply result_reply(std::string_view id, std::string_view result);

// {"jsonrpc":"2.0","method":METHOD,"params":PARAMS}
std::string notification(std::string_view method, std::string_view params);

// Of a message that this server sends before the answer, as it is written here: whether it tells how
// far a call is, which the next of its kind tells better, and whether it wants an answer itself.
bool is_progress(std::string_view message);
bool is_question(std::string_view message);

}  // namespace toolrack::wire
