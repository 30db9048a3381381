// initialize, server/discover, ping, logging/setLevel.
#include <algorithm>

#include "mcp/error_replies.hpp"
#include "mcp/methods.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

constexpr std::size_t max_client_description = 16 * 1024;

const auth::limit_exceeded too_many_sessions{
    "Too many sessions, and all are in use. Try again when one of them has ended.",
    "sessions",
    std::chrono::seconds(5)};

// A kind of feature that no plugin offers is not declared, and its methods do not exist.
void write_capabilities(wire::json_writer& to, const catalog::catalog& features, wire::era era) {
    const bool has_resources = features.offers_resources(), has_prompts = !features.prompts().is_empty();
    to.begin_object("capabilities").raw("tools", R"({"listChanged":true})");
    if (has_prompts) to.raw("prompts", R"({"listChanged":true})");
    if (has_resources) to.raw("resources", R"({"subscribe":true,"listChanged":true})");
    if (has_resources || has_prompts) to.raw("completions", "{}");
    const auto may_be_task = [](const catalog::tool& one) { return one.task != catalog::task_support::none; };
    if (era == wire::era::modern && std::ranges::any_of(features.tools().entries(), may_be_task))
        to.begin_object("extensions").raw(task::extension, "{}").end_object();
    to.raw("logging", "{}").end_object();
}

}  // namespace

// The requested version when it is supported, else the newest legacy one. (2025-11-25, basic/lifecycle.)
void initialize(const request_context& request) {
    const auto& params = request.message.params;
    const auto requested = wire::string_member(params, "protocolVersion");
    if (!requested)
        return request.fail(code::invalid_params, "params.protocolVersion must be a string, such as \"2025-11-25\".");
    const auto* known = wire::find_version(*requested);
    const auto& version = known && known->era == wire::era::legacy ? *known : wire::newest_legacy;
    auto client = client_description(params.find("clientInfo"), params.find("capabilities"));
    if (client.size() > max_client_description)
        return request.fail(code::invalid_params, "clientInfo and capabilities are longer than 16 KiB.");

    const auto& in = request.endpoint;
    std::string members;
    wire::json_writer writer(members);
    writer.string("protocolVersion", version.name);
    write_capabilities(writer, *in.features, wire::era::legacy);
    writer.raw("serverInfo", server_info());
    auto reply = host_result(request.message.id, version, members);
    reply.session = in.shared.sessions.open(request.caller, version, std::move(client));
    if (reply.session.empty())
        return request.response.finish(limit_reply(in, request.message.id, request.caller, too_many_sessions));
    request.response.finish(std::move(reply));
}

void discover(const request_context& request) {
    std::string members;
    wire::json_writer writer(members);
    writer.raw("supportedVersions", supported_versions());
    write_capabilities(writer, *request.endpoint.features, wire::era::modern);
    writer.number("ttlMs", 60'000).string("cacheScope", "private");
    request.succeed(members);
}

void ping(const request_context& request) { request.succeed(); }

void set_log_level(const request_context& request) {
    const auto name = wire::string_member(request.message.params, "level");
    const auto level = name ? read_log_level(*name) : std::nullopt;
    if (!level)
        return request.fail(code::invalid_params, "params.level must be one of " + std::string(log_level_list) + '.');
    if (const auto& session = request.from.session) session->level = *level;
    request.succeed();
}

}  // namespace toolrack::mcp
