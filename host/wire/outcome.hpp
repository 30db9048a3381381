// How a request ended, in one word: for whoever keeps account of calls.
//
// Whoever makes a reply knows, and says so in it; the last three are of requests that none was made for.
#pragma once

#include <string_view>

namespace toolrack::wire {

enum class outcome {
    ok,
    tool_error,      // the tool itself says that it failed
    error,           // a JSON-RPC error, for which there is no word below
    denied,          // for want of scopes
    busy,            // the plugin's lane was full; nothing ran
    timed_out,       // no answer within its time
    input_required,  // the client is asked for more, and calls again
    task,            // it goes on as a task
    unaudited,       // refused, because the audit could not be written; nothing ran
    cancelled,       // the client took it back, or left
    unanswered       // this server ended, or stumbled, before the feature had answered
};

std::string_view word_for(outcome how) noexcept;

}  // namespace toolrack::wire
