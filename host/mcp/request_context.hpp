// One request while it is answered: its sender, its protocol version, and the way back.
#pragma once

#include <string_view>
#include <utility>

#include "audit/entry.hpp"
#include "identity/principal.hpp"
#include "mcp/client_context.hpp"
#include "mcp/operation_timer.hpp"
#include "mcp/response_writer.hpp"
#include "mcp/result.hpp"
#include "wire/message.hpp"

namespace toolrack::mcp {

struct endpoint;

// All of it outlives the request.
struct request_context {
    const mcp::endpoint& endpoint;
    const wire::message& message;
    const identity::principal& caller;
    const client_context& from;
    mcp::response_writer& response;
    audit::entry& entry;
    operation_timer& timer;

    bool is_modern() const noexcept { return from.version.era == wire::era::modern; }
    json::value client() const noexcept { return json::value(std::string_view(from.client)); }

    // Ends the request with a result of the host: the members of an object, without braces.
    void succeed(std::string_view members = {}) const {
        response.finish(host_result(message.id, from.version, members));
    }

    // Ends the request with an error. Legacy clients read the JSON-RPC code, so `status` is for modern ones only.
    void fail(int code,
              std::string_view sentence,
              unsigned status = 200,
              std::string_view data = {},
              wire::outcome outcome = wire::outcome::error) const {
        auto reply = wire::error_reply(message.id, code, sentence, is_modern() ? status : 200, data);
        reply.outcome = outcome;
        response.finish(std::move(reply));
    }
};

}  // namespace toolrack::mcp
