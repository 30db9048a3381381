// tools/list and tools/call. (2026-07-28 and 2025-11-25, server/tools.)
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "base/text.hpp"
#include "mcp/access.hpp"
#include "mcp/lists.hpp"
#include "mcp/methods.hpp"
#include "mcp/task_methods.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

// Why the arguments do not match the schema, in words from which a model can correct its call; empty when they match.
std::string schema_mismatch(const schema::compiled& schema, std::string_view arguments) {
    unsigned char first[4096];
    boost::json::monotonic_resource arena(first, sizeof first);
    boost::json::parse_options options;
    options.max_depth = 512;  // the message was checked against the configured depth
    const auto value = boost::json::parse(arguments, &arena, options);

    std::string sentences;
    for (const auto& fault : schema.check(value))
        sentences += (sentences.empty() ? "" : "\n") + fault.sentence("arguments");
    return sentences;
}

}  // namespace

void list_tools(const request_context& request) { answer_list(request, request.endpoint.features->tools()); }

std::optional<invocation_target> call_tool(const request_context& request) {
    const auto refuse = [&](std::string_view sentence) {
        request.fail(code::invalid_params, sentence);
        return std::nullopt;
    };
    const auto& params = request.message.params;
    const auto name = wire::string_member(params, "name");
    if (!name) return refuse("params.name must be a string: the name of a tool.");
    const auto& features = *request.endpoint.features;
    const auto* tool = features.tools().find(*name);
    if (!tool && features.withholds(*name))
        return refuse("The tool \"" + *name +
                      "\" is not available: its plugin is read-only here, and the tool does not declare readOnlyHint.");
    if (!tool)
        return refuse("Unknown tool: \"" + printable(*name, 140) + "\". tools/list returns the available tools.");
    request.timer.set_tool(*tool);
    invocation_target target{feature_kind::tool, *tool, tool->own_name};
    if (!may_use(request, target)) return std::nullopt;

    const auto arguments = params.find("arguments");
    if (arguments && !arguments->is_object()) return refuse("params.arguments must be an object.");
    if (const auto* headers = request.response.outlet().headers(); headers && request.is_modern())
        if (const auto mismatch =
                catalog::params_disagree(tool->mirrored, arguments.value_or(json::value()), headers->params)) {
            request.fail(code::header_mismatch, *mismatch, 400);
            return std::nullopt;
        }
    if (const auto why = schema_mismatch(*tool->input, arguments ? arguments->text() : "{}"); !why.empty()) {
        request.response.finish(tool_error_result(request.message.id, request.from.version, why));
        return std::nullopt;
    }

    target.limit = tool->timeout;
    target.may_be_task = tool->task != catalog::task_support::none && supports_tasks(request);
    if (tool->task == catalog::task_support::required && request.is_modern() && !target.may_be_task) {
        refuse_without_tasks(request);
        return std::nullopt;
    }
    return target;
}

}  // namespace toolrack::mcp
