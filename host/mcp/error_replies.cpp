#include "mcp/error_replies.hpp"

#include "base/text.hpp"
#include "mcp/endpoint.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {

using wire::code;

wire::reply limit_reply(const endpoint& in,
                        std::string_view id,
                        const identity::principal& caller,
                        const auth::limit_exceeded& over) {
    if (in.refusal_log_pace.allows_another())
        in.shared.log.info("rejected a request of {}: {}", printable(caller.subject(), 100), over.sentence);
    std::string data;
    wire::json_writer(data)
        .begin_object()
        .string("reason", over.reason)
        .boolean("retriable", true)
        .number("retryAfterMs", over.wait.count())
        .end_object();
    auto reply = wire::error_reply(id, code::internal_error, over.sentence, 429, data);
    reply.retry_after = auth::retry_after_seconds(over.wait);
    return reply;
}

wire::reply audit_unavailable(std::string_view id) {
    auto reply = wire::error_reply(id,
                                   code::internal_error,
                                   "Rejected: the required audit log cannot be written. Try again later; if this "
                                   "persists, contact the operator of this server.",
                                   503,
                                   R"({"reason":"audit","retriable":true})");
    reply.outcome = wire::outcome::unaudited;
    return reply;
}

wire::reply session_not_found(std::string_view id) {
    return wire::error_reply(id,
                             code::invalid_request,
                             "Session not found: it has ended, it expired, or it never existed. Send initialize to "
                             "start a new session.",
                             404);
}

std::string failure_data(const plugin::instance& plugin, std::string_view reason, bool is_retriable) {
    std::string data;
    wire::json_writer(data)
        .begin_object()
        .string("plugin", plugin.name())
        .string("reason", reason)
        .boolean("retriable", is_retriable)
        .end_object();
    return data;
}

std::string uri_data(std::string_view uri) {
    std::string data;
    wire::json_writer(data).begin_object().string("uri", uri).end_object();
    return data;
}

}  // namespace toolrack::mcp
