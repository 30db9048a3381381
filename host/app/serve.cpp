#include "app/serve.hpp"

#include "app/probe_routes.hpp"
#include "app/rejections.hpp"

namespace toolrack::app {
namespace {

struct served_connection final : http::connection_data {
    std::shared_ptr<auth::connection_permit> permit;
};

// A connection counts for the principal of its last request, from before the body of that request is read.
std::optional<http::rejection>
take_connection_permit(http::exchange& x, const identity::principal& caller, const auth::caller_limits& limits) {
    auto& permit = x.connection_data<served_connection>().permit;
    if (permit && permit->is_of(caller)) return std::nullopt;
    permit.reset();  // that of the previous principal
    permit = limits.add_connection(caller);
    if (permit) return std::nullopt;
    return make_rejection(limits.too_many_connections());
}

// RFC 9728, 3: a client reads this document before it has a token.
void answer_resource_metadata(http::exchange& x,
                              const http::endpoint_policy& policy,
                              const auth::protected_resource& resource) {
    if (auto refused = http::check_host_and_origin(x.head(), policy)) return x.reject(*refused);
    if (x.head().method != "GET") return x.reject(http::method_not_allowed("This path supports GET only.", "GET"));
    wire::reply document;
    document.json = resource.document();
    x.finish(std::move(document));
}

// Legacy only: DELETE ends a session. (2025-11-25, basic/transports.)
void end_session(http::exchange& x, const identity::principal& caller, const generation& now) {
    const auto name = x.session();
    if (!name)
        return x.reject(
            http::method_not_allowed("DELETE ends a session, but this request has no Mcp-Session-Id.", "POST"));
    if (now.mcp().end_session(*name, caller)) return x.finish_empty(204);
    x.reject(http::reject(404, "This session does not exist."));
}

// Legacy only: GET opens the stream of a session, or resumes one.
awaitable<void> open_stream(http::exchange& x, const identity::principal& caller, const generation& now) {
    const auto name = x.session();
    if (!name || !x.takes_stream())
        co_return x.reject(http::method_not_allowed(
            "GET opens the stream of a session: it needs Mcp-Session-Id, and Accept: text/event-stream. "
            "Send messages with POST.",
            "POST, DELETE"));
    co_await now.mcp().open_stream(*name, x.head().find("Last-Event-ID"), caller, x);
}

}  // namespace

awaitable<void>
serve(http::exchange& x, const http::endpoint_policy& policy, const generation& now, const server_status& status) {
    if (now.resource().is_at(x.head().path, policy.path)) co_return answer_resource_metadata(x, policy, now.resource());
    if (answer_probe(x, policy, status)) co_return;
    const bool is_for_metrics = is_metrics_request(x.head(), now);
    if (auto refused = is_for_metrics ? check_metrics_request(x.head(), policy) : http::check_request(x.head(), policy))
        co_return x.reject(*refused);

    auto caller = co_await now.gate().admit(x.facts(), x.get_executor());
    if (!caller) {
        now.audit_policy().record_refusal(caller.error().why, x.facts().peer);
        co_return x.reject(make_rejection(caller.error(), now.resource()));
    }
    if (auto refused = take_connection_permit(x, *caller, now.caller_limits())) co_return x.reject(*refused);

    if (is_for_metrics) co_return answer_metrics(x, *caller, now, status);
    if (x.head().method == "DELETE") co_return end_session(x, *caller, now);
    if (x.head().method == "GET") co_return co_await open_stream(x, *caller, now);

    const auto body = co_await x.body();
    if (!body) co_return x.reject(body.error());

    wire::json_limits limits;
    limits.depth = now.settings().server.json_depth;
    if (wire::is_batch(*body)) co_return co_await now.mcp().answer_batch(*body, limits, *caller, x);
    auto message = wire::parse_message(*body, limits);
    if (!message) co_return x.finish(message.error());

    co_await now.mcp().answer(*message, *caller, x);
}

awaitable<void> serve_current(http::exchange& x,
                              const http::endpoint_policy& policy,
                              const current_generation& current,
                              const server_status& status) {
    const auto now = current.get();
    co_await serve(x, policy, *now, status);
}

}  // namespace toolrack::app
