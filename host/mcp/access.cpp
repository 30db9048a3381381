#include "mcp/access.hpp"

#include "auth/challenge.hpp"
#include "mcp/endpoint.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {
namespace {

// the scope "a"; the scopes "a", "b" and "c"
std::string in_words(const std::vector<std::string>& scopes) {
    std::string text = scopes.size() == 1 ? "the scope " : "the scopes ";
    for (std::size_t i = 0; i < scopes.size(); ++i) {
        if (i > 0) text += i + 1 == scopes.size() ? " and " : ", ";
        ((text += '"') += scopes[i]) += '"';
    }
    return text;
}

}  // namespace

bool may_use(const request_context& request, const invocation_target& target) {
    const auto& required = target.feature.needs;
    if (required.is_met_by(request.caller)) return true;
    const auto& in = request.endpoint;
    const auto missing = required.missing_for(request.caller);
    const auto description = target.describe();
    if (in.refusal_log_pace.allows_another())
        in.shared.log.info("{} ({}) may not use the {}: missing {}",
                           request.caller.subject(),
                           request.caller.credential(),
                           description,
                           in_words(missing));

    std::string data;
    wire::json_writer(data)
        .begin_object()
        .strings("missingScopes", missing)
        .strings("requiredScopes", required.scopes())
        .end_object();
    auto reply = wire::error_reply(request.message.id,
                                   wire::code::invalid_request,
                                   "You may not use the " + description + ": your token lacks " + in_words(missing) +
                                       ". Ask the operator of this server for a token that has " +
                                       (missing.size() == 1 ? "it." : "them."),
                                   403,
                                   data);
    reply.outcome = wire::outcome::denied;
    reply.challenge = auth::scope_challenge(required.scopes(), in.resource_metadata);
    request.response.finish(std::move(reply));
    return false;
}

}  // namespace toolrack::mcp
