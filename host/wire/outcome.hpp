// How a request ended, in one word, for the audit and the metrics. Every reply carries it; the last three are for
// requests without a reply.
#pragma once

#include <string_view>

namespace toolrack::wire {

enum class outcome {
    ok,
    tool_error,      // a tool result with isError
    error,           // any other JSON-RPC error
    denied,          // the token lacks a scope
    busy,            // the queue of the plugin was full; nothing ran
    timed_out,       // no answer before its timeout
    input_required,  // the client has to supply input and call again
    task,            // continues as a task
    unaudited,       // rejected because the audit log could not be written; nothing ran
    cancelled,       // the client cancelled it or disconnected
    unanswered       // the server stopped, or failed, before the plugin answered
};

std::string_view word_for(outcome how) noexcept;

}  // namespace toolrack::wire
