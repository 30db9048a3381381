#include "mcp/result.hpp"

#include "wire/json.hpp"
#include "wire/json_writer.hpp"

#ifndef TOOLRACK_VERSION
#error "The build must define TOOLRACK_VERSION."
#endif

namespace toolrack::mcp {
namespace {

constexpr std::string_view server_info_key = "io.modelcontextprotocol/serverInfo";

// The members that every modern result begins with; the _meta object is still open.
// (2026-07-28, basic, "ResultType" and "Per-response protocol fields".)
std::string modern_start(std::string_view type) {
    std::string text;
    wire::json_writer(text).string("resultType", type).begin_object("_meta").raw(server_info_key, server_info());
    return text;
}

const std::string& complete_start() {
    static const std::string text = modern_start("complete");
    return text;
}

wire::reply typed_result(std::string_view id, std::string_view type, std::string_view members) {
    std::string object = "{" + modern_start(type);
    wire::json_writer(object).end_object().members(members).end_object();
    return wire::result_reply(id, object);
}

}  // namespace

const std::string& server_info() {
    static const std::string text = R"({"name":"toolrack","version":")" TOOLRACK_VERSION R"("})";
    return text;
}

wire::reply host_result(std::string_view id, const wire::version& version, std::string_view members) {
    std::string object;
    object.reserve(members.size() + 160);
    wire::json_writer writer(object);
    writer.begin_object();
    if (version.result_type) writer.members(complete_start()).end_object();
    writer.members(members).end_object();
    return wire::result_reply(id, object);
}

wire::reply
plugin_result(std::string_view id, const wire::version& version, std::string_view object, bool is_cacheable) {
    if (!version.result_type) return wire::result_reply(id, object);

    const json::value result(object);
    std::string text;
    text.reserve(object.size() + 160);
    wire::json_writer writer(text);
    writer.begin_object().members(complete_start());
    if (const auto meta = result.find("_meta"); meta && meta->is_object())
        wire::append_members(text, *meta, {server_info_key});
    writer.end_object();
    wire::append_members(text, result, {"_meta", "resultType"});
    if (is_cacheable && !result.find("ttlMs")) writer.number("ttlMs", 0);
    if (is_cacheable && !result.find("cacheScope")) writer.string("cacheScope", "private");
    writer.end_object();
    return wire::result_reply(id, text);
}

wire::reply input_required_result(std::string_view id, std::string_view members) {
    auto reply = typed_result(id, "input_required", members);
    reply.outcome = wire::outcome::input_required;
    return reply;
}

wire::reply task_result(std::string_view id, std::string_view members) {
    auto reply = typed_result(id, "task", members);
    reply.outcome = wire::outcome::task;
    return reply;
}

// Runs for every tool result, and hardly any has this word: a search for its one rare letter costs next to nothing. A
// plugin that writes the key with escapes is counted as successful.
bool is_tool_error(std::string_view object) {
    if (object.find("Error\"") == object.npos) return false;
    const auto is_error = json::value(object).find("isError");
    return is_error && is_error->text() == "true";
}

std::string subscription_meta(std::string_view id) {
    std::string text;
    wire::json_writer(text).begin_object("_meta").raw("io.modelcontextprotocol/subscriptionId", id).end_object();
    return text;
}

std::string tool_error(std::string_view sentence) {
    std::string object;
    wire::json_writer(object)
        .begin_object()
        .begin_array("content")
        .begin_object()
        .string("type", "text")
        .string("text", sentence)
        .end_object()
        .end_array()
        .boolean("isError", true)
        .end_object();
    return object;
}

wire::reply tool_error_result(std::string_view id, const wire::version& version, std::string_view sentence) {
    auto reply = plugin_result(id, version, tool_error(sentence));
    reply.outcome = wire::outcome::tool_error;
    return reply;
}

wire::reply plugin_error(std::string_view id, const wire::version& version, std::string_view object) {
    const json::value error(object);
    const auto code = error.find("code"), message = error.find("message"), data = error.find("data");

    int number = wire::code::internal_error;
    const auto text = code->text();
    if (text.size() <= 9 && text.find_first_of(".eE") == std::string_view::npos) number = static_cast<int>(code->i64());

    constexpr int first_reserved = -32099, last_reserved = -32020;
    if (number >= first_reserved && number <= last_reserved) number = wire::code::internal_error;
    if (number == wire::code::resource_not_found_legacy && version.era == wire::era::modern)
        number = wire::code::invalid_params;
    return wire::error_reply(id, number, message->str(), 200, data ? data->text() : std::string_view());
}

}  // namespace toolrack::mcp
