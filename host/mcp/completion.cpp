// completion/complete. (2026-07-28 and 2025-11-25, server/utilities/completion.)
#include "mcp/access.hpp"
#include "mcp/methods.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

// The prompt or template that `ref` names; null when there is none.
const catalog::listed* find_referenced(const catalog::catalog& features, const json::value& ref) {
    const auto type = wire::string_member(ref, "type");
    if (type == "ref/prompt") {
        const auto name = wire::string_member(ref, "name");
        return name ? features.prompts().find(*name) : nullptr;
    }
    if (type != "ref/resource") return nullptr;
    const auto uri = wire::string_member(ref, "uri");
    if (!uri) return nullptr;
    if (const auto* found = features.templates().find(*uri)) return found;
    return features.find_reader(*uri);
}

}  // namespace

std::optional<invocation_target> complete(const request_context& request) {
    const auto& params = request.message.params;
    const auto ref = params.find("ref"), argument = params.find("argument");
    if (!argument || !wire::string_member(*argument, "name") || !wire::string_member(*argument, "value")) {
        request.fail(code::invalid_params, "params.argument must have the strings \"name\" and \"value\".");
        return std::nullopt;
    }
    const auto* feature = ref ? find_referenced(*request.endpoint.features, *ref) : nullptr;
    if (!feature) {
        request.fail(code::invalid_params,
                     "params.ref must name a prompt (\"type\":\"ref/prompt\",\"name\") or a resource template "
                     "(\"type\":\"ref/resource\",\"uri\") that this server lists.");
        return std::nullopt;
    }
    invocation_target target{feature_kind::completion, *feature, feature->own_name};
    if (!may_use(request, target)) return std::nullopt;
    return target;
}

}  // namespace toolrack::mcp
