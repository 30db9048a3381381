#include "app/probe_routes.hpp"

#include <fmt/format.h>

#include "auth/challenge.hpp"
#include "catalog/requirement.hpp"
#include "metrics/page.hpp"

namespace toolrack::app {
namespace {

constexpr std::string_view plain_text = "text/plain; charset=utf-8";

std::optional<http::rejection> screen_reader(const http::head& asked, const http::policy& policy) {
    if (auto no = http::screen_names(asked, policy)) return no;
    if (asked.method == "GET" || asked.method == "HEAD") return std::nullopt;
    return http::rejection{405, "This is read with GET.", {{"Allow", "GET, HEAD"}}};
}

http::rejection too_soon(const auth::excess& over) {
    return {429,
            over.sentence,
            {{"Retry-After", std::to_string(auth::whole_seconds(over.wait))}},
            wire::code::internal_error};
}

}  // namespace

bool answer_probe(http::exchange& x, const http::policy& policy, const server_status& seen) {
    const auto& path = x.head().path;
    const bool asks_for_life = path == config::alive_path;
    if (!asks_for_life && path != config::ready_path) return false;
    if (auto no = screen_reader(x.head(), policy)) x.reject(*no);
    else if (asks_for_life) x.finish_text(200, plain_text, "alive\n");
    else if (seen.is_ready()) x.finish_text(200, plain_text, "ready\n");
    else x.finish_text(503, plain_text, "unready\n");
    return true;
}

bool asks_for_metrics(const http::head& asked, const generation& now) {
    return asked.path == config::metrics_path && now.settings().metrics;
}

std::optional<http::rejection> screen_metrics(const http::head& asked, const http::policy& policy) {
    return screen_reader(asked, policy);
}

void show_metrics(http::exchange& x, const identity::principal& who, const generation& now, const server_status& seen) {
    if (const auto over = now.allowance().charge(who, std::chrono::steady_clock::now()))
        return x.reject(too_soon(*over));
    const catalog::requirement needs(now.settings().metrics->scopes);
    if (!needs.is_met_by(who))
        return x.reject({403,
                         fmt::format("You may not read the metrics: that takes the scopes {}, and your token lacks {}.",
                                     fmt::join(needs.scopes(), " "), fmt::join(needs.missing_for(who), " ")),
                         {{"WWW-Authenticate", auth::scope_challenge(needs.scopes(), now.resource().url())}}});
    x.finish_text(200, metrics::content_type, seen.metrics());
}

}  // namespace toolrack::app
