// tools/list and tools/call. (2026-07-28 and 2025-11-25, server/tools.)
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "base/text.hpp"
#include "mcp/notices.hpp"
#include "mcp/result.hpp"
#include "mcp/server.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

// How long a client may believe a list, and that it is for the one who asked: who may see what
// depends on the token that was shown.
constexpr std::string_view cache_hints = R"(,"ttlMs":60000,"cacheScope":"private")";

// Why the arguments do not fit, in words from which a model can mend its call; empty when they fit.
std::string why_unfit(const schema::compiled& schema, std::string_view arguments) {
    unsigned char first[4096];
    boost::json::monotonic_resource arena(first, sizeof first);
    boost::json::parse_options options;
    options.max_depth = 256;  // the message was checked against the configured depth
    const auto value = boost::json::parse(arguments, &arena, options);

    std::string why;
    for (const auto& fault : schema.check(value)) why += (why.empty() ? "" : "\n") + fault.sentence("arguments");
    return why;
}

// A tool's own failure, told to the model. (server/tools, "Error Handling".)
std::string tool_error(std::string_view text) {
    std::string object = R"({"content":[{"type":"text","text":)";
    json::write_string(object, text);
    object += R"(}],"isError":true})";
    return object;
}

std::string reason(const plugin::instance& from, std::string_view why, bool retriable) {
    std::string data = R"({"plugin":)";
    json::write_string(data, from.name());
    data += R"(,"reason":)";
    json::write_string(data, why);
    data += R"(,"retriable":)";
    data += retriable ? "true" : "false";
    data += '}';
    return data;
}

std::string in_words(std::chrono::milliseconds duration) {
    if (duration.count() % 1000 == 0) return std::to_string(duration.count() / 1000) + " s";
    return std::to_string(duration.count()) + " ms";
}

}  // namespace

void server::list_tools(const asking& asked) const {
    const auto cursor = asked.message.params.find("cursor");
    const auto text = cursor && cursor->is_string() ? std::optional(cursor->str()) : std::nullopt;
    const auto* page = cursor && !text ? nullptr : catalog_.tool_pages().find(text);
    if (!page)
        return asked.fail(code::invalid_params,
                          "The cursor is not one of this list as it is now. Ask again without a cursor.");

    if (!asked.version.cache_hints) return asked.to.finish(own_result(asked.message.id, asked.version, *page));
    asked.to.finish(own_result(asked.message.id, asked.version, *page + std::string(cache_hints)));
}

awaitable<void> server::call_tool(const asking& asked) const {
    const auto& params = asked.message.params;
    const auto name = wire::string_member(params, "name");
    if (!name) co_return asked.fail(code::invalid_params, "params.name must be a string: the name of a tool.");
    const auto* tool = catalog_.find_tool(*name);
    if (!tool)
        co_return asked.fail(code::invalid_params,
                             "Unknown tool: \"" + printable(*name, 140) + "\". tools/list shows those that there are.");
    const auto arguments = params.find("arguments");
    if (arguments && !arguments->is_object())
        co_return asked.fail(code::invalid_params, "params.arguments must be an object.");
    if (const auto why = why_unfit(*tool->input, arguments ? arguments->text() : "{}"); !why.empty())
        co_return asked.to.finish(plugin_result(asked.message.id, asked.version, tool_error(why)));

    auto& from = *tool->from;
    const auto limit = from.settings().timeout;
    const auto trace = asked.message.meta.find("traceparent");
    const plugin::request request{asked.message.method,
                                  tool->own_name,
                                  params.text(),
                                  asked.client,
                                  {},
                                  {},
                                  trace ? trace->raw_string().value_or("") : std::string_view(),
                                  asked.who,
                                  clock_.now() + limit};

    const listening listener(asked.message, asked.log_from);
    const auto until = std::chrono::steady_clock::now() + limit;
    const auto call = from.start(request, tool->quick, asked.to.get_executor(),
                                 [&listener, &asked](std::string method, std::string said) {
                                     if (auto text = listener.fit(method, said)) asked.to.notify(std::move(*text));
                                 });
    if (!call->is_answered()) {
        // Leaving cancels a modern call, whatever the response would have been; not a legacy one.
        if (asked.version.era == wire::era::modern) asked.to.on_closed([&from, call] { from.cancel(call); });
        co_await call->wait(until);
        asked.to.on_closed(nullptr);
    }

    const auto answer = call->take();
    const bool left = call->is_abandoned();
    call->abandon();  // whatever is still on its way has nobody to go to
    if (!answer) {
        if (!left) from.cancel(call);
        if (!left) log_.warning("{}: \"{}\" did not answer within {}", from.name(), tool->name, in_words(limit));
        co_return asked.fail(code::internal_error,
                             "The tool \"" + tool->name + "\" did not answer within " + in_words(limit) + ".", 200,
                             reason(from, left ? "cancelled" : "timeout", true));
    }
    switch (answer->kind) {
    case plugin::answer::kind::done:
        if (const auto content = json::value(answer->json).find("content"); !content || !content->is_array()) {
            log_.error("{}: \"{}\" answered without an array \"content\"", from.name(), tool->name);
            co_return asked.fail(code::internal_error, "The tool \"" + tool->name + "\" gave an answer without content.",
                                 200, reason(from, "invalid answer", false));
        }
        co_return asked.to.finish(plugin_result(asked.message.id, asked.version, answer->json));
    case plugin::answer::kind::failed:
        co_return asked.to.finish(plugin_error(asked.message.id, asked.version, answer->json));
    case plugin::answer::kind::busy:
        co_return asked.fail(code::internal_error, "The tool \"" + tool->name + "\" is busy. Try again in a moment.", 200,
                             reason(from, "busy", true));
    case plugin::answer::kind::input_required:
        log_.error("{}: \"{}\" asked the client for input, which this version does not pass on", from.name(), tool->name);
        co_return asked.fail(code::internal_error,
                             "The tool \"" + tool->name + "\" needs input from the client, which this server cannot ask for.",
                             200, reason(from, "input required", false));
    case plugin::answer::kind::invalid:
        co_return asked.fail(code::internal_error,
                             "The tool \"" + tool->name + "\" gave an answer that cannot be passed on; the server's log says why.",
                             200, reason(from, "invalid answer", false));
    }
}

}  // namespace toolrack::mcp
