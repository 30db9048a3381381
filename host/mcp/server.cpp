#include "mcp/server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "mcp/headers.hpp"
#include "mcp/result.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;
using kind = enum wire::message::kind;

constexpr std::string_view log_levels = "debug, info, notice, warning, error, critical, alert and emergency";

// A request that names a modern version anywhere is modern; so is one that names, outside its body, a
// version that nobody knows: it may come from the future, and is told which versions there are.
// (2026-07-28, basic/versioning, "Backward Compatibility with Initialization-Based Versions".)
bool is_modern(const wire::message& message, const wire::mirrored* headers) {
    if (message.meta.version) return true;
    if (!headers || !headers->protocol_version) return false;
    const auto* known = wire::find_version(*headers->protocol_version);
    return !known || known->era == wire::era::modern;
}

std::string supported_versions() {
    std::string text = "[";
    for (const auto& version : wire::versions) {
        if (version.era != wire::era::modern) continue;
        if (text.size() > 1) text += ',';
        json::write_string(text, version.name);
    }
    text += ']';
    return text;
}

wire::reply unsupported_version(std::string_view id, std::string_view requested) {
    std::string data = R"({"supported":)" + supported_versions() + R"(,"requested":)";
    json::write_string(data, requested);
    data += '}';
    return wire::error_reply(id, code::unsupported_version,
                             "Unsupported protocol version: \"" + printable(requested, 60) +
                                 "\". Use one of those in data.supported, or send initialize for an older one.",
                             400, data);
}

// What a client says of itself, as plugins get it: {"name", "version", "capabilities"}.
std::string client_text(const std::optional<json::value>& info, const std::optional<json::value>& can) {
    std::string text = "{";
    for (std::string_view member : {"name", "version"}) {
        const auto said = info ? info->find(member) : std::nullopt;
        if (!said || !said->is_string()) continue;
        json::write_string(text, member);
        text += ':';
        text += said->text();
        text += ',';
    }
    text += R"("capabilities":)";
    text += can && can->is_object() ? can->text() : std::string_view("{}");
    text += '}';
    return text;
}

// Nothing that is not on record may run; the log tells the operator why it cannot be.
wire::reply unaudited(std::string_view id) {
    auto no = wire::error_reply(id, code::internal_error,
                                "Nothing is run now: this server keeps an audit of every call, and cannot write it. "
                                "Try again in a moment; if it stays so, tell the operator of this server.",
                                503, R"({"reason":"audit","retriable":true})");
    no.outcome = wire::outcome::unaudited;
    return no;
}

}  // namespace

// Every method there is: its name, the eras that have it, and who answers it.
struct server::method {
    std::string_view name;
    bool legacy, modern;
    void (server::*at_once)(const request_context&) const;
    awaitable<void> (server::*in_time)(const request_context&) const;
};

std::span<const server::method> server::methods() {
    static constexpr std::array all{
        method{"tools/call", true, true, nullptr, &server::call_tool},
        method{"tools/list", true, true, &server::list_tools, nullptr},
        method{"resources/read", true, true, nullptr, &server::read_resource},
        method{"resources/list", true, true, &server::list_resources, nullptr},
        method{"resources/templates/list", true, true, &server::list_templates, nullptr},
        method{"prompts/get", true, true, nullptr, &server::get_prompt},
        method{"prompts/list", true, true, &server::list_prompts, nullptr},
        method{"completion/complete", true, true, nullptr, &server::complete},
        method{"server/discover", false, true, &server::discover, nullptr},
        method{"subscriptions/listen", false, true, nullptr, &server::listen},
        method{"tasks/get", false, true, &server::get_task, nullptr},
        method{"tasks/update", false, true, &server::update_task, nullptr},
        method{"tasks/cancel", false, true, &server::cancel_task, nullptr},
        method{"ping", true, false, &server::ping, nullptr},
        method{"logging/setLevel", true, false, &server::set_log_level, nullptr},
        method{"resources/subscribe", true, false, &server::subscribe, nullptr},
        method{"resources/unsubscribe", true, false, &server::unsubscribe, nullptr},
    };
    return all;
}

const server::method* server::find_method(std::string_view name, wire::era era) {
    for (const auto& one : methods())
        if (one.name == name) return (era == wire::era::modern ? one.modern : one.legacy) ? &one : nullptr;
    return nullptr;
}

server::server(std::shared_ptr<const catalog::catalog> catalog,
               const dependencies& around,
               const auth::allowance& allowed,
               std::string metadata,
               std::shared_ptr<const audit::audit_policy> audit_policy)
    : kept_(std::move(catalog)), catalog_(*kept_), around_(around), allowed_(allowed),
      states_(around.seal, around.clock), metadata_(std::move(metadata)), audit_policy_(std::move(audit_policy)),
      operations_(around.figures, catalog_, methods().size() + 2) {}

// Whatever takes something back, or answers what was asked, is no request and is heard in any case.
awaitable<void> server::answer(const wire::message& message, const identity::principal& who, wire::outlet& to) const {
    if (message.kind == kind::request && who.account()->requests) who.account()->requests->add();
    if (message.kind == kind::request)
        if (const auto over = allowed_.charge(who, around_.clock.steady()))
            co_return to.finish(too_many(message.id, who, *over));
    auto account = audit_policy_->open(message, who);
    operation running(operations_, account);
    if (is_modern(message, to.headers())) co_await answer_modern(message, who, to, account, running);
    else co_await answer_legacy(message, who, to, account, running);
}

awaitable<void> server::dispatch(const request_context& asked) const {
    const auto* method = find_method(asked.message.method, asked.version.era);
    if (!method) {
        asked.running.is(methods().size(), "_OTHER");
        co_return asked.fail(code::method_not_found,
                             "There is no method \"" + printable(asked.message.method, 80) + "\" here.", 404);
    }
    // A stream that only listens takes as long as its client likes.
    if (method->in_time != &server::listen)
        asked.running.is(static_cast<std::size_t>(method - methods().data()), method->name);
    asked.account.name_client(asked.client);
    if (asked.account.must_begin()) {
        const bool may_go_on = co_await asked.account.begin(asked.to.get_executor());
        if (!may_go_on) co_return asked.response_writer.finish(unaudited(asked.message.id));
    }
    if (method->at_once) (this->*method->at_once)(asked);
    else co_await (this->*method->in_time)(asked);
}

awaitable<void> server::answer_modern(const wire::message& message,
                                      const identity::principal& who,
                                      wire::outlet& to,
                                      audit::entry& account,
                                      operation& running) const {
    // No notification means anything here on HTTP, and a response answers nothing that was asked.
    if (message.kind == kind::notification) co_return to.finish({202, {}, {}, {}});
    if (message.kind == kind::response)
        co_return to.finish(wire::error_reply(message.id, code::invalid_request,
                                              "This server asks nothing in this version, so it takes no responses.",
                                              400));

    const auto finish = [&](wire::reply no) {
        account.end(no);
        to.finish(std::move(no));
    };
    const auto refuse = [&](int why, std::string_view sentence) {
        finish(wire::error_reply(message.id, why, sentence, 400));
    };
    const auto* headers = to.headers();
    const auto& named = message.meta.version;
    if (!named && headers && headers->protocol_version && !wire::find_version(*headers->protocol_version))
        co_return finish(unsupported_version(message.id, *headers->protocol_version));
    if (!named || !named->is_string())
        co_return refuse(code::invalid_params,
                         "params._meta must say \"" + std::string(wire::meta::version_key) + "\" as a string.");
    const auto& can = message.meta.capabilities;
    if (!can || !can->is_object())
        co_return refuse(code::invalid_params,
                         "params._meta must say \"" + std::string(wire::meta::capabilities_key) + "\" as an object.");
    const auto& info = message.meta.client_info;
    if (info && !info->is_object())
        co_return refuse(code::invalid_params,
                         "params._meta \"" + std::string(wire::meta::client_info_key) + "\" must be an object.");

    const auto version_name = named->str();
    if (headers)
        if (const auto why = version_disagrees(*headers, version_name)) co_return refuse(code::header_mismatch, *why);
    const auto* version = wire::find_version(version_name);
    if (!version || version->era != wire::era::modern) co_return finish(unsupported_version(message.id, version_name));
    if (headers)
        if (const auto why = names_disagree(*headers, message)) co_return refuse(code::header_mismatch, *why);

    std::optional<log_level> log_from;
    if (const auto& level = message.meta.log_level) {
        log_from = level->is_string() ? read_log_level(level->str()) : std::nullopt;
        if (!log_from)
            co_return refuse(code::invalid_params,
                             "params._meta \"" + std::string(wire::meta::log_level_key) + "\" must be one of " +
                                 std::string(log_levels) + '.');
    }
    response_writer response_writer(to, nullptr, account);
    const request_context asked{message, who, *version, to, nullptr, client_text(info, can), log_from, response_writer, account, running};
    co_await dispatch(asked);
}

awaitable<void> server::answer_legacy(const wire::message& message,
                                      const identity::principal& who,
                                      wire::outlet& to,
                                      audit::entry& account,
                                      operation& running) const {
    std::shared_ptr<session> session;
    if (const auto name = to.session(); name && message.method != "initialize") {
        session = around_.sessions.find(*name, who);
        if (!session) {
            account.end(wire::outcome::error, code::invalid_request);
            co_return to.finish(wire::error_reply(message.id, code::invalid_request,
                                                  "There is no such session: it ended, was idle too long, or never "
                                                  "was. Send initialize to begin a new one.",
                                                  404));
        }
    }
    if (message.kind != kind::request) {
        if (session) take_legacy(message, *session);
        co_return to.finish({202, {}, {}, {}});
    }
    if (message.method == "initialize") {
        running.is(methods().size() + 1, message.method);
        auto reply = initialize(message, who);
        account.end(reply);
        co_return to.finish(std::move(reply));
    }

    // Without a session, the version that the client says it speaks, else our newest.
    const auto* headers = to.headers();
    const auto* named = headers && headers->protocol_version ? wire::find_version(*headers->protocol_version) : nullptr;
    const auto& version = session ? session->version() : named ? *named : wire::newest_legacy;
    response_writer response_writer(to, session.get(), account);
    request_context asked{message, who, version, to, session, {}, log_level::info, response_writer, account, running};
    if (session) {
        asked.client = session->client();
        asked.log_from = session->level.load();
    } else {
        asked.client = client_text(std::nullopt, std::nullopt);
    }
    // Made before it is awaited: g++ 12 evaluates both sides of a conditional inside a co_await.
    co_await dispatch(asked);
}

// A notification, or the answer to something that a feature asked.
void server::take_legacy(const wire::message& said, session& in) const {
    if (said.kind == kind::response)
        in.answer(said.id, {said.is_error, std::string(said.outcome.text())});
    else if (said.method == "notifications/cancelled")
        if (const auto id = said.params.find("requestId")) in.cancel_call(id->text());
}

// 2025-11-25, basic/lifecycle: the version that was asked for when it is spoken here, else our newest.
wire::reply server::initialize(const wire::message& message, const identity::principal& who) const {
    const auto requested = wire::string_member(message.params, "protocolVersion");
    if (!requested)
        return wire::error_reply(message.id, code::invalid_params,
                                 "params.protocolVersion must be a string, such as \"2025-11-25\".");
    const auto* known = wire::find_version(*requested);
    const auto& version = known && known->era == wire::era::legacy ? *known : wire::newest_legacy;

    std::string members = R"("protocolVersion":)";
    json::write_string(members, version.name);
    members += ',';
    members += capabilities(wire::era::legacy);
    members += R"(,"serverInfo":)";
    members += server_info();
    auto reply = own_result(message.id, version, members);

    constexpr std::size_t longest_client = 16 * 1024;
    auto client = client_text(message.params.find("clientInfo"), message.params.find("capabilities"));
    if (client.size() > longest_client)
        return wire::error_reply(message.id, code::invalid_params,
                                 "clientInfo and capabilities are longer than 16 KiB.");
    reply.session = around_.sessions.open(who, version, std::move(client));
    return reply;
}

void server::discover(const request_context& asked) const {
    std::string members = R"("supportedVersions":)" + supported_versions() + ',';
    members += capabilities(wire::era::modern);
    members += R"(,"ttlMs":60000,"cacheScope":"private")";
    asked.response_writer.finish(own_result(asked.message.id, asked.version, members));
}

// A kind of feature that nobody offers is not declared, and its methods do not exist.
std::string server::capabilities(wire::era era) const {
    std::string text = R"("capabilities":{"tools":{"listChanged":true})";
    const bool resources = catalog_.offers_resources();
    if (!catalog_.prompts().is_empty()) text += R"(,"prompts":{"listChanged":true})";
    if (resources) text += R"(,"resources":{"subscribe":true,"listChanged":true})";
    if (resources || !catalog_.prompts().is_empty()) text += R"(,"completions":{})";
    const auto may_be_task = [](const catalog::tool& one) { return one.task != catalog::task_support::none; };
    if (era == wire::era::modern && std::ranges::any_of(catalog_.tools().entries(), may_be_task))
        text += ",\"extensions\":{\"" + std::string(task::extension) + "\":{}}";
    text += R"(,"logging":{}})";
    return text;
}

void server::ping(const request_context& asked) const {
    asked.response_writer.finish(own_result(asked.message.id, asked.version, {}));
}

void server::set_log_level(const request_context& asked) const {
    const auto name = wire::string_member(asked.message.params, "level");
    const auto level = name ? read_log_level(*name) : std::nullopt;
    if (!level)
        return asked.fail(code::invalid_params, "params.level must be one of " + std::string(log_levels) + '.');
    if (asked.session) asked.session->level = *level;
    asked.response_writer.finish(own_result(asked.message.id, asked.version, {}));
}

}  // namespace toolrack::mcp
