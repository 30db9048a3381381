// What each method looks up, who may have it, and what it asks of a plugin: tools/call, prompts/get,
// resources/read, completion/complete. (2026-07-28 and 2025-11-25, server/*.)
#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "base/text.hpp"
#include "mcp/result.hpp"
#include "mcp/server.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

// Why the arguments do not fit, in words from which a model can mend its call; empty when they fit.
std::string why_unfit(const schema::compiled& schema, std::string_view arguments) {
    unsigned char first[4096];
    boost::json::monotonic_resource arena(first, sizeof first);
    boost::json::parse_options options;
    options.max_depth = 512;  // the message was checked against the configured depth
    const auto value = boost::json::parse(arguments, &arena, options);

    std::string why;
    for (const auto& fault : schema.check(value)) why += (why.empty() ? "" : "\n") + fault.sentence("arguments");
    return why;
}

std::string uri_data(std::string_view uri) {
    std::string data = "{\"uri\":";
    json::write_string(data, uri);
    data += '}';
    return data;
}

}  // namespace

awaitable<void> server::call_tool(const request_context& asked) const {
    const auto& params = asked.message.params;
    const auto name = wire::string_member(params, "name");
    if (!name) co_return asked.fail(code::invalid_params, "params.name must be a string: the name of a tool.");
    const auto* tool = catalog_.tools().find(*name);
    if (!tool && catalog_.withholds(*name))
        co_return asked.fail(code::invalid_params,
                             "The tool \"" + *name +
                                 "\" is not served: its plugin is read-only here, and the tool does not say that it "
                                 "changes nothing.");
    if (!tool)
        co_return asked.fail(code::invalid_params,
                             "Unknown tool: \"" + printable(*name, 140) + "\". tools/list shows those that there are.");
    asked.running.is_of(*tool);
    invocation what{*tool, tool->own_name, "tool \"" + tool->name + '"', "content"};
    if (!admits(asked, *tool, what.shown)) co_return;
    const auto arguments = params.find("arguments");
    if (arguments && !arguments->is_object())
        co_return asked.fail(code::invalid_params, "params.arguments must be an object.");
    if (const auto* shown = asked.to.headers(); shown && asked.is_modern())
        if (const auto why = catalog::params_disagree(tool->mirrored, arguments.value_or(json::value()), shown->params))
            co_return asked.fail(code::header_mismatch, *why, 400);
    if (const auto why = why_unfit(*tool->input, arguments ? arguments->text() : "{}"); !why.empty())
        co_return asked.response_writer.finish(tool_failure(asked.message.id, asked.version, why));

    what.is_tool = true;
    what.limit = tool->timeout;
    what.may_be_task = tool->task != catalog::task_support::none && knows_tasks(asked);
    if (tool->task == catalog::task_support::required && asked.is_modern() && !what.may_be_task)
        co_return require_tasks(asked);
    co_await use(asked, what);
}

awaitable<void> server::get_prompt(const request_context& asked) const {
    const auto& params = asked.message.params;
    const auto name = wire::string_member(params, "name");
    if (!name) co_return asked.fail(code::invalid_params, "params.name must be a string: the name of a prompt.");
    const auto* prompt = catalog_.prompts().find(*name);
    if (!prompt)
        co_return asked.fail(code::invalid_params,
                             "Unknown prompt: \"" + printable(*name, 140) +
                                 "\". prompts/list shows those that there are.");
    const invocation what{*prompt, prompt->own_name, "prompt \"" + prompt->name + '"', "messages"};
    if (!admits(asked, *prompt, what.shown)) co_return;
    const auto arguments = params.find("arguments");
    if (arguments && !arguments->is_object())
        co_return asked.fail(code::invalid_params, "params.arguments must be an object.");
    for (const auto& argument : arguments.value_or(json::value("{}")))
        if (!argument.is_string())
            co_return asked.fail(code::invalid_params,
                                 "The argument \"" + printable(argument.key(), 80) +
                                     "\" of a prompt must be a string.");
    for (const auto& required : prompt->required)
        if (!arguments || !arguments->find(required))
            co_return asked.fail(code::invalid_params, "The prompt \"" + prompt->name + "\" needs the argument \"" +
                                                           printable(required, 80) + "\".");
    co_await use(asked, what);
}

awaitable<void> server::read_resource(const request_context& asked) const {
    const auto uri = wire::string_member(asked.message.params, "uri");
    if (!uri) co_return asked.fail(code::invalid_params, "params.uri must be a string: the URI of a resource.");
    const auto* reader = catalog_.find_reader(*uri);
    if (!reader)
        co_return asked.fail(asked.is_modern() ? code::invalid_params : code::resource_not_found_legacy,
                             "Resource not found: " + printable(*uri, 200), 200, uri_data(*uri));
    invocation what{*reader, *uri, "resource " + printable(*uri, 200), "contents"};
    if (!admits(asked, *reader, what.shown)) co_return;
    what.is_cacheable = true;
    co_await use(asked, what);
}

// Completions come from whoever owns the prompt or template; one that offers none has none to give.
awaitable<void> server::complete(const request_context& asked) const {
    const auto& params = asked.message.params;
    const auto ref = params.find("ref"), argument = params.find("argument");
    const auto type = ref ? wire::string_member(*ref, "type") : std::nullopt;
    if (!argument || !wire::string_member(*argument, "name") || !wire::string_member(*argument, "value"))
        co_return asked.fail(code::invalid_params, "params.argument must have the strings \"name\" and \"value\".");

    const catalog::listed* feature = nullptr;
    if (type == "ref/prompt") {
        const auto name = wire::string_member(*ref, "name");
        feature = name ? catalog_.prompts().find(*name) : nullptr;
    } else if (type == "ref/resource") {
        const auto uri = wire::string_member(*ref, "uri");
        feature = uri ? catalog_.templates().find(*uri) : nullptr;
        if (!feature && uri) feature = catalog_.find_reader(*uri);
    }
    if (!feature)
        co_return asked.fail(code::invalid_params,
                             "params.ref must name a prompt (\"type\":\"ref/prompt\",\"name\") or a resource template "
                             "(\"type\":\"ref/resource\",\"uri\") that is listed here.");
    invocation what{*feature, feature->own_name, "completion for \"" + printable(feature->name, 140) + '"', "completion"};
    if (!admits(asked, *feature, what.shown)) co_return;
    what.may_ask = false;
    co_await use(asked, what);
}

}  // namespace toolrack::mcp
