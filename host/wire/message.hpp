// One parsed JSON-RPC message. Its parts are views into the text.
//
// The parser rejects every malformed message, so the shape of a `message` can be trusted: jsonrpc is "2.0", an id is a
// string or an integer in the safe range of JavaScript, params is an object. (2026-07-28 and 2025-11-25, basic,
// "Messages"; JSON-RPC 2.0.)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "wire/json.hpp"
#include "wire/meta.hpp"
#include "wire/reply.hpp"

namespace toolrack::wire {

struct message {
    enum class kind { request, notification, response };

    kind kind = kind::request;
    std::string_view id;    // JSON text, echoed byte for byte; empty in a notification
    std::string method;     // decoded; empty in a response
    json::value params;     // an object; `{}` when absent
    wire::meta meta;        // of params._meta
    json::value outcome;    // of a response: its result or its error
    bool is_error = false;  // of a response
};

// `body` must outlive the message. The error is a reply that can be sent as it is.
result<message, reply> parse_message(std::string_view body, const json_limits& limits);

// Whether `body` is a batch. Only 2025-03-26 has them.
bool is_batch(std::string_view body);

// The texts of the messages of a batch, not parsed yet. `body` must outlive them. (2025-03-26, basic, "Batching".)
result<std::vector<std::string_view>, reply> split_batch(std::string_view body, const json_limits& limits);

}  // namespace toolrack::wire
