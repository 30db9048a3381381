#include "app/probe_routes.hpp"

#include <fmt/format.h>

#include "app/rejections.hpp"
#include "auth/challenge.hpp"
#include "catalog/requirement.hpp"
#include "metrics/page.hpp"

namespace toolrack::app {
namespace {

constexpr std::string_view plain_text = "text/plain; charset=utf-8";

std::optional<http::rejection> check_read_request(const http::head& head, const http::endpoint_policy& policy) {
    if (auto refused = http::check_host_and_origin(head, policy)) return refused;
    if (head.method == "GET" || head.method == "HEAD") return std::nullopt;
    return http::method_not_allowed("This path supports GET and HEAD only.", "GET, HEAD");
}

}  // namespace

bool answer_probe(http::exchange& x, const http::endpoint_policy& policy, const server_status& status) {
    const auto& path = x.head().path;
    const bool is_liveness_probe = path == config::alive_path;
    if (!is_liveness_probe && path != config::ready_path) return false;
    if (auto refused = check_read_request(x.head(), policy)) x.reject(*refused);
    else if (is_liveness_probe) x.finish_text(200, plain_text, "alive\n");
    else if (status.is_ready()) x.finish_text(200, plain_text, "ready\n");
    else x.finish_text(503, plain_text, "unready\n");
    return true;
}

bool is_metrics_request(const http::head& head, const generation& now) {
    return head.path == config::metrics_path && now.settings().metrics;
}

std::optional<http::rejection> check_metrics_request(const http::head& head, const http::endpoint_policy& policy) {
    return check_read_request(head, policy);
}

void answer_metrics(http::exchange& x,
                    const identity::principal& caller,
                    const generation& now,
                    const server_status& status) {
    if (const auto exceeded = now.caller_limits().count_request(caller, std::chrono::steady_clock::now()))
        return x.reject(make_rejection(*exceeded));
    const catalog::requirement required(now.settings().metrics->scopes);
    if (!required.is_met_by(caller))
        return x.reject({403,
                         fmt::format("The metrics require the scopes {}, and this token lacks {}.",
                                     fmt::join(required.scopes(), " "),
                                     fmt::join(required.missing_for(caller), " ")),
                         {{"WWW-Authenticate", auth::scope_challenge(required.scopes(), now.resource().url())}}});
    x.finish_text(200, metrics::content_type, status.metrics());
}

}  // namespace toolrack::app
