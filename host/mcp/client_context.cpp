#include "mcp/client_context.hpp"

#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "mcp/error_replies.hpp"
#include "mcp/headers.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;
using kind = enum wire::message::kind;

wire::reply accepted() { return {202, {}, {}, {}}; }

wire::reply unsupported_version(std::string_view id, std::string_view requested) {
    std::string data;
    wire::json_writer(data)
        .begin_object()
        .raw("supported", supported_versions())
        .string("requested", requested)
        .end_object();
    return wire::error_reply(id,
                             code::unsupported_version,
                             "Unsupported protocol version: \"" + printable(requested, 60) +
                                 "\". Use one of those in data.supported, or send initialize for an older one.",
                             400,
                             data);
}

// A notification, or the response to a request of this server.
void deliver(const wire::message& message, session& to) {
    if (message.kind == kind::response)
        to.deliver_response(message.id, {message.is_error, std::string(message.outcome.text())});
    else if (message.method == "notifications/cancelled")
        if (const auto id = message.params.find("requestId")) to.cancel_call(id->text());
}

}  // namespace

// A request is modern when it names a modern version anywhere, or an unknown version outside its body: that one may be
// newer than this server, and the error lists the supported versions.
// (2026-07-28, basic/versioning, "Backward Compatibility with Initialization-Based Versions".)
bool is_modern(const wire::message& message, const wire::mirrored* headers) {
    if (message.meta.version) return true;
    if (!headers || !headers->protocol_version) return false;
    const auto* known = wire::find_version(*headers->protocol_version);
    return !known || known->era == wire::era::modern;
}

result<client_context, wire::reply> read_modern(const wire::message& message, const wire::mirrored* headers) {
    const auto refuse = [&](int why, std::string_view sentence) {
        return wire::error_reply(message.id, why, sentence, 400);
    };
    if (message.kind == kind::notification) return accepted();  // none means anything on HTTP
    if (message.kind == kind::response)
        return refuse(code::invalid_request,
                      "This server sends no requests in this protocol version, so it accepts no responses.");

    const auto& named = message.meta.version;
    if (!named && headers && headers->protocol_version && !wire::find_version(*headers->protocol_version))
        return unsupported_version(message.id, *headers->protocol_version);
    if (!named || !named->is_string())
        return refuse(code::invalid_params,
                      "params._meta must have \"" + std::string(wire::meta::version_key) + "\", a string.");
    const auto& capabilities = message.meta.capabilities;
    if (!capabilities || !capabilities->is_object())
        return refuse(code::invalid_params,
                      "params._meta must have \"" + std::string(wire::meta::capabilities_key) + "\", an object.");
    const auto& info = message.meta.client_info;
    if (info && !info->is_object())
        return refuse(code::invalid_params,
                      "params._meta \"" + std::string(wire::meta::client_info_key) + "\" must be an object.");

    const auto name = named->str();
    if (headers)
        if (const auto mismatch = version_mismatch(*headers, name)) return refuse(code::header_mismatch, *mismatch);
    const auto* version = wire::find_version(name);
    if (!version || version->era != wire::era::modern) return unsupported_version(message.id, name);
    if (headers)
        if (const auto mismatch = name_mismatch(*headers, message)) return refuse(code::header_mismatch, *mismatch);

    std::optional<log_level> least_severe_log;
    if (const auto& level = message.meta.log_level) {
        least_severe_log = level->is_string() ? read_log_level(level->str()) : std::nullopt;
        if (!least_severe_log)
            return refuse(code::invalid_params,
                          "params._meta \"" + std::string(wire::meta::log_level_key) + "\" must be one of " +
                              std::string(log_level_list) + '.');
    }
    return client_context{*version, nullptr, client_description(info, capabilities), least_severe_log};
}

result<client_context, wire::reply> read_legacy(const wire::message& message,
                                                const identity::principal& caller,
                                                const wire::outlet& to,
                                                mcp::sessions& sessions) {
    std::shared_ptr<session> session;
    if (const auto id = to.session(); id && message.method != "initialize") {
        session = sessions.find(*id, caller);
        if (!session) return session_not_found(message.id);
    }
    if (message.kind != kind::request) {
        if (session) deliver(message, *session);
        return accepted();
    }
    if (session) {
        const auto& in = *session;
        return client_context{in.version(), std::move(session), in.client(), in.level.load()};
    }
    const auto* headers = to.headers();
    const auto* named = headers && headers->protocol_version ? wire::find_version(*headers->protocol_version) : nullptr;
    return client_context{named ? *named : wire::newest_legacy, nullptr, client_description({}, {}), log_level::info};
}

std::string client_description(const std::optional<json::value>& info, const std::optional<json::value>& capabilities) {
    std::string text;
    wire::json_writer writer(text);
    writer.begin_object();
    const auto copy = [&](wire::plain_key key) {
        const auto value = info ? info->find(key.text()) : std::nullopt;
        if (value && value->is_string()) writer.raw(key, value->text());
    };
    copy("name");
    copy("version");
    writer.raw("capabilities", capabilities && capabilities->is_object() ? capabilities->text() : "{}").end_object();
    return text;
}

std::string supported_versions() {
    std::string text;
    wire::json_writer writer(text);
    writer.begin_array();
    for (const auto& version : wire::versions)
        if (version.era == wire::era::modern) writer.element(version.name);
    writer.end_array();
    return text;
}

}  // namespace toolrack::mcp
