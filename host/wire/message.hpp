// One JSON-RPC message as it came: which kind, whose answer, and where its parts lie in the text.
//
// Parsing is where everything malformed is refused, so whoever holds a message can trust its shape:
// jsonrpc is "2.0", an id is a string or an integer that JavaScript can hold, params is an object.
// Spec: basic, "Messages" (2026-07-28 and 2025-11-25); JSON-RPC 2.0.
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
    std::string_view id;   // as JSON text, to be echoed byte for byte; empty in a notification
    std::string method;    // decoded; empty in a response
    json::value params;    // an object; `{}` when absent
    wire::meta meta;       // what params._meta says
    json::value outcome;   // of a response: its result, or its error
    bool is_error = false; // of a response
};

// `body` must outlive the message. The error is ready to be sent.
result<message, reply> parse_message(std::string_view body, const json_limits& limits);

// Whether `body` is a batch. Only 2025-03-26 has them.
bool is_batch(std::string_view body);

// The messages of a batch, each still to be parsed. `body` must outlive them. (2025-03-26, basic,
// "Batching".)
result<std::vector<std::string_view>, reply> split_batch(std::string_view body, const json_limits& limits);

}  // namespace toolrack::wire
