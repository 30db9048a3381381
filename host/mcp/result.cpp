#include "mcp/result.hpp"

#include <toolrack/json.hpp>

#include "wire/json.hpp"

#ifndef TOOLRACK_VERSION
#error "The build says which version this is."
#endif

namespace toolrack::mcp {
namespace {

constexpr std::string_view server_info_key = "io.modelcontextprotocol/serverInfo";

// What a modern result begins with: its type, and who answers; the _meta object is still open.
// (2026-07-28, basic, "ResultType" and "Per-response protocol fields".)
std::string modern_start(std::string_view type) {
    std::string text = R"("resultType":")";
    text += type;
    text += R"(","_meta":{)";
    json::write_string(text, server_info_key);
    text += ':';
    text += server_info();
    return text;
}

const std::string& shared_modern_start() {
    static const std::string text = modern_start("complete");
    return text;
}

}  // namespace

const std::string& server_info() {
    static const std::string text = R"({"name":"toolrack","version":")" TOOLRACK_VERSION R"("})";
    return text;
}

wire::reply own_result(std::string_view id, const wire::version& version, std::string_view members) {
    std::string object = "{";
    object.reserve(members.size() + 160);
    if (version.result_type) {
        object += shared_modern_start();
        object += '}';
        if (!members.empty()) object += ',';
    }
    object += members;
    object += '}';
    return wire::result_reply(id, object);
}

wire::reply plugin_result(std::string_view id,
                          const wire::version& version,
                          std::string_view object,
                          bool cacheable) {
    if (!version.result_type) return wire::result_reply(id, object);

    const json::value said(object);
    std::string text;
    text.reserve(object.size() + 160);
    text += '{';
    text += shared_modern_start();
    if (const auto meta = said.find("_meta"); meta && meta->is_object())
        wire::append_members(text, *meta, {server_info_key});
    text += '}';
    wire::append_members(text, said, {"_meta", "resultType"});
    if (cacheable && !said.find("ttlMs")) text += R"(,"ttlMs":0)";
    if (cacheable && !said.find("cacheScope")) text += R"(,"cacheScope":"private")";
    text += '}';
    return wire::result_reply(id, text);
}

wire::reply result_of_type(std::string_view id, std::string_view type, std::string_view members) {
    std::string text = "{" + modern_start(type) + "},";
    text += members;
    text += '}';
    auto made = wire::result_reply(id, text);
    made.outcome = type == "task" ? wire::outcome::task : wire::outcome::input_required;
    return made;
}

// Asked of every answer, and nearly none has the word: looking for its one rare letter costs next to nothing. A plugin
// that writes the name of the member with escapes has only itself to blame for what is counted.
bool is_tool_error(std::string_view object) {
    if (object.find("Error\"") == object.npos) return false;
    const auto said = json::value(object).find("isError");
    return said && said->text() == "true";
}

std::string subscription_meta(std::string_view id) {
    return R"("_meta":{"io.modelcontextprotocol/subscriptionId":)" + std::string(id) + '}';
}

std::string tool_error(std::string_view text) {
    std::string object = R"({"content":[{"type":"text","text":)";
    json::write_string(object, text);
    object += R"(}],"isError":true})";
    return object;
}

wire::reply tool_failure(std::string_view id, const wire::version& version, std::string_view text) {
    auto made = plugin_result(id, version, tool_error(text));
    made.outcome = wire::outcome::tool_error;
    return made;
}

wire::reply plugin_error(std::string_view id, const wire::version& version, std::string_view object) {
    const json::value said(object);
    const auto code = said.find("code"), message = said.find("message"), data = said.find("data");

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
