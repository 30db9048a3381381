#include "app/serve.hpp"

#include "app/probe_routes.hpp"
#include "auth/challenge.hpp"

namespace toolrack::app {
namespace {

http::rejection refused(const auth::denial& denied, const auth::protected_resource& resource) {
    http::rejection no;
    no.status = identity::status_of(denied.why);
    no.sentence = identity::sentence(denied.why);
    if (auto challenge = auth::challenge(denied.why, resource.url(), resource.scopes()); !challenge.empty())
        no.fields.emplace_back("WWW-Authenticate", std::move(challenge));
    if (no.status == 503 || no.status == 429)
        no.fields.emplace_back("Retry-After", std::to_string(auth::whole_seconds(denied.wait)));
    return no;
}

// A connection counts for the principal whose request came on it last, from before its body is waited for.
std::optional<http::rejection> take_place(http::exchange& x, const identity::principal& who,
                                          const auth::allowance& allowed) {
    auto& place = x.belongings();
    if (place && static_cast<const auth::connection_permit*>(place.get())->is_of(who)) return std::nullopt;
    place.reset();  // the last one's
    place = allowed.attend(who);
    if (place) return std::nullopt;
    const auto over = allowed.too_many_connections();
    return http::rejection{429,
                           over.sentence,
                           {{"Retry-After", std::to_string(auth::whole_seconds(over.wait))}},
                           wire::code::internal_error};
}

// For whoever looks for the way to a token, and so without one; the only thing here that is. (RFC 9728 3.)
void describe_resource(http::exchange& x, const http::policy& policy, const auth::protected_resource& resource) {
    if (auto no = http::screen_names(x.head(), policy)) return x.reject(*no);
    if (x.head().method != "GET")
        return x.reject({405, "This document is read with GET.", {{"Allow", "GET"}}});
    wire::reply document;
    document.json = resource.document();
    x.finish(std::move(document));
}

// Legacy: DELETE ends a session. A modern server has none. (2025-11-25, basic/transports.)
void end_session(http::exchange& x, const identity::principal& who, const generation& now) {
    const auto name = x.session();
    if (!name)
        return x.reject({405, "DELETE ends a session, and this request names none in Mcp-Session-Id.",
                         {{"Allow", "POST"}}});
    if (now.mcp().end_session(*name, who)) return x.finish_empty(204);
    x.reject({404, "There is no such session.", {}});
}

// Legacy: GET opens a session's own stream, or takes one up again. A modern server has none.
awaitable<void> open_stream(http::exchange& x, const identity::principal& who, const generation& now) {
    const auto name = x.session();
    if (!name || !x.takes_stream())
        co_return x.reject({405,
                            "GET opens the stream of a session, named in Mcp-Session-Id, as text/event-stream. Send "
                            "messages with POST.",
                            {{"Allow", "POST, DELETE"}}});
    co_await now.mcp().open_stream(*name, x.head().find("Last-Event-ID"), who, x);
}

}  // namespace

awaitable<void> serve(http::exchange& x, const http::policy& policy, const generation& now, const server_status& seen) {
    if (now.resource().is_at(x.head().path, policy.path)) co_return describe_resource(x, policy, now.resource());
    if (answer_probe(x, policy, seen)) co_return;
    const bool is_for_metrics = asks_for_metrics(x.head(), now);
    if (auto no = is_for_metrics ? screen_metrics(x.head(), policy) : http::screen(x.head(), policy))
        co_return x.reject(*no);

    auto who = co_await now.gate().admit(x.facts(), x.get_executor());
    if (!who) {
        now.audit_policy().note_refusal(who.error().why, x.facts().peer);
        co_return x.reject(refused(who.error(), now.resource()));
    }
    if (auto no = take_place(x, *who, now.allowance())) co_return x.reject(*no);

    if (is_for_metrics) co_return show_metrics(x, *who, now, seen);
    if (x.head().method == "DELETE") co_return end_session(x, *who, now);
    if (x.head().method == "GET") co_return co_await open_stream(x, *who, now);

    const auto body = co_await x.body();
    if (!body) co_return x.reject(body.error());

    wire::json_limits limits;
    limits.depth = now.settings().server.json_depth;
    if (wire::is_batch(*body)) co_return co_await now.mcp().answer_batch(*body, limits, *who, x);
    auto message = wire::parse_message(*body, limits);
    if (!message) co_return x.finish(message.error());

    co_await now.mcp().answer(*message, *who, x);
}

awaitable<void> serve_current(http::exchange& x,
                              const http::policy& policy,
                              const current_generation& current,
                              const server_status& seen) {
    const auto now = current.get();
    co_await serve(x, policy, *now, seen);
}

}  // namespace toolrack::app
