// prompts/list and prompts/get. (2026-07-28 and 2025-11-25, server/prompts.)
#include "base/text.hpp"
#include "mcp/access.hpp"
#include "mcp/lists.hpp"
#include "mcp/methods.hpp"

namespace toolrack::mcp {

using wire::code;

void list_prompts(const request_context& request) {
    const auto& prompts = request.endpoint.features->prompts();
    if (prompts.is_empty())
        return request.fail(code::method_not_found, "No plugin on this server offers prompts.", 404);
    answer_list(request, prompts);
}

std::optional<invocation_target> get_prompt(const request_context& request) {
    const auto refuse = [&](std::string_view sentence) {
        request.fail(code::invalid_params, sentence);
        return std::nullopt;
    };
    const auto& params = request.message.params;
    const auto name = wire::string_member(params, "name");
    if (!name) return refuse("params.name must be a string: the name of a prompt.");
    const auto* prompt = request.endpoint.features->prompts().find(*name);
    if (!prompt)
        return refuse("Unknown prompt: \"" + printable(*name, 140) + "\". prompts/list returns the available prompts.");
    invocation_target target{feature_kind::prompt, *prompt, prompt->own_name};
    if (!may_use(request, target)) return std::nullopt;

    const auto arguments = params.find("arguments");
    if (arguments && !arguments->is_object()) return refuse("params.arguments must be an object.");
    for (const auto& argument : arguments.value_or(json::value("{}")))
        if (!argument.is_string())
            return refuse("The argument \"" + printable(argument.key(), 80) + "\" of a prompt must be a string.");
    for (const auto& required : prompt->required)
        if (!arguments || !arguments->find(required))
            return refuse("The prompt \"" + prompt->name + "\" requires the argument \"" + printable(required, 80) +
                          "\".");
    return target;
}

}  // namespace toolrack::mcp
