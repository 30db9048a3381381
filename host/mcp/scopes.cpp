// Who may use what: the second question after the gate's, asked once it is known which feature is meant.
// (RFC 6750 3.1; 2026-07-28 and 2025-11-25, basic/authorization, "Scope Challenge Handling".)
#include "auth/challenge.hpp"
#include "base/text.hpp"
#include "mcp/server.hpp"

namespace toolrack::mcp {
namespace {

std::string in_json(const std::vector<std::string>& scopes) {
    std::string text = "[";
    for (const auto& one : scopes) {
        if (text.size() > 1) text += ',';
        json::write_string(text, one);
    }
    text += ']';
    return text;
}

// "a", "b" and "c"
std::string in_words(const std::vector<std::string>& scopes) {
    std::string text;
    for (std::size_t i = 0; i < scopes.size(); ++i) {
        if (i > 0) text += i + 1 == scopes.size() ? " and " : ", ";
        ((text += '"') += scopes[i]) += '"';
    }
    return text;
}

}  // namespace

// False when the caller has been told that it may not. A refusal is a 403 in every version that HTTP
// carries: a legacy client's token is too narrow in the same way. Nothing of the arguments was looked at.
bool server::admits(const request_context& asked, const catalog::listed& feature, std::string_view shown) const {
    if (feature.needs.is_met_by(asked.who)) return true;
    const auto missing = feature.needs.missing_for(asked.who);
    const auto words = (missing.size() == 1 ? "the scope " : "the scopes ") + in_words(missing);
    if (refusals_logged_.allows_another())
        around_.log.info("{} ({}) may not use the {}: it takes {}", asked.who.subject(), asked.who.credential(), shown,
                         words);

    auto no = wire::error_reply(asked.message.id, wire::code::invalid_request,
                                "You may not use the " + std::string(shown) + ": your token lacks " + words +
                                    ". Ask the operator of this server for a token that has " +
                                    (missing.size() == 1 ? "it." : "them."),
                                403,
                                R"({"missingScopes":)" + in_json(missing) + R"(,"requiredScopes":)" +
                                    in_json(feature.needs.scopes()) + '}');
    no.outcome = wire::outcome::denied;
    no.challenge = auth::scope_challenge(feature.needs.scopes(), metadata_);
    asked.response_writer.finish(std::move(no));
    return false;
}

}  // namespace toolrack::mcp
