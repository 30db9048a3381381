#include "cli/token_description.hpp"

namespace toolrack::cli {

std::string to_text(const std::optional<sys_seconds>& time) { return time ? to_rfc3339(*time) : "never"; }

std::string state_of(const token::record& one, const token::revocations& revoked, sys_seconds at) {
    if (revoked.tokens.contains(one.id) || revoked.is_principal_revoked(one.principal, one.created)) return "revoked";
    if (one.expires && *one.expires <= at) return "expired";
    if (one.not_before && *one.not_before > at) return "not yet";
    if (!one.replaced_by.empty()) return "replaced";
    return "valid";
}

json::text to_json(const std::vector<std::string>& all) {
    auto text = json::array();
    for (const auto& each : all) text.push(each);
    return text;
}

json::text to_json(const token::record& one, std::string_view state, const std::optional<sys_seconds>& last_use) {
    auto text = json::object({{"id", one.id},
                              {"principal", one.principal},
                              {"scopes", to_json(one.scopes)},
                              {"created", to_rfc3339(one.created)},
                              {"state", state}});
    if (one.expires) text.add("expires", to_rfc3339(*one.expires));
    if (one.not_before) text.add("notBefore", to_rfc3339(*one.not_before));
    if (!one.sources.empty()) text.add("sources", to_json(one.sources));
    if (!one.note.empty()) text.add("note", one.note);
    if (!one.replaced_by.empty()) text.add("replacedBy", one.replaced_by);
    if (last_use) text.add("lastUse", to_rfc3339(*last_use));
    return text;
}

}  // namespace toolrack::cli
