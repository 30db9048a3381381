// subscriptions/listen of the modern era; resources/subscribe and resources/unsubscribe of the legacy one.
// (2026-07-28, basic/patterns/subscriptions; 2025-11-25, server/resources, "Subscriptions".)
#include <memory>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "mcp/access.hpp"
#include "mcp/error_replies.hpp"
#include "mcp/methods.hpp"
#include "mcp/task_methods.hpp"
#include "wire/json_writer.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

constexpr std::size_t max_uris = 1000;
constexpr std::string_view bad_uris = "resourceSubscriptions must be an array of at most 1000 URIs.";

const auth::limit_exceeded too_many_subscriptions{
    "Too many subscriptions, or too much memory is held for this caller. Try again when another one has ended.",
    "subscriptions",
    std::chrono::seconds(5)};

bool wants(const json::value& filter, std::string_view member) {
    const auto value = filter.find(member);
    return value && value->is_bool() && value->boolean();
}

// The lists and resources of the filter that the client may subscribe to. Nothing when the request was refused.
std::optional<notifier::subscription> read_filter(const request_context& request, const json::value& filter) {
    const auto& features = *request.endpoint.features;
    notifier::subscription wanted{
        request.caller, std::string(request.message.id), std::make_shared<stream_queue>(request.response.outlet())};
    if (wants(filter, "toolsListChanged")) wanted.lists.insert(list_kind::tools);
    if (wants(filter, "promptsListChanged") && !features.prompts().is_empty()) wanted.lists.insert(list_kind::prompts);
    if (wants(filter, "resourcesListChanged") && features.offers_resources()) wanted.lists.insert(list_kind::resources);
    const auto uris = filter.find("resourceSubscriptions");
    if (!uris) return wanted;
    bool is_valid = uris->is_array();
    if (is_valid)
        for (const auto& uri : *uris) {
            is_valid = is_valid && uri.is_string() && wanted.resources.size() < max_uris;
            if (!is_valid) break;
            // A resource that the caller may not read is left out of the acknowledgement, as if it did not exist.
            auto text = uri.str();
            const auto* reader = features.find_reader(text);
            if (reader && reader->needs.is_met_by(request.caller)) wanted.resources.insert(std::move(text));
        }
    if (is_valid) return wanted;
    request.fail(code::invalid_params, bad_uris, 400);
    return std::nullopt;
}

// The first message of a subscription: the part of the filter that is honoured.
std::string acknowledgement(const notifier::subscription& made, const std::vector<std::shared_ptr<task>>& tasks) {
    std::string params;
    wire::json_writer writer(params);
    writer.begin_object().members(subscription_meta(made.id)).begin_object("notifications");
    if (made.lists.contains(list_kind::tools)) writer.boolean("toolsListChanged", true);
    if (made.lists.contains(list_kind::prompts)) writer.boolean("promptsListChanged", true);
    if (made.lists.contains(list_kind::resources)) writer.boolean("resourcesListChanged", true);
    if (!made.resources.empty()) writer.strings("resourceSubscriptions", made.resources);
    if (!tasks.empty()) {
        writer.begin_array("taskIds");
        for (const auto& one : tasks) writer.element(one->id());
        writer.end_array();
    }
    writer.end_object().end_object();
    return wire::notification("notifications/subscriptions/acknowledged", params);
}

}  // namespace

awaitable<void> listen(const request_context& request) {
    auto& outlet = request.response.outlet();
    if (!outlet.takes_stream())
        co_return request.fail(
            code::invalid_request, "subscriptions/listen answers with a stream. Accept text/event-stream.", 406);
    const auto filter = request.message.params.find("notifications");
    if (!filter || !filter->is_object())
        co_return request.fail(
            code::invalid_params, "params.notifications must be an object: the notifications to receive.", 400);
    auto wanted = read_filter(request, *filter);
    if (!wanted) co_return;
    const auto tasks = find_tasks(request, *filter);
    if (!tasks) co_return;

    // The subscription exists before its acknowledgement is sent, so that no change is missed; changes from other
    // threads are posted to this one, and so follow the acknowledgement.
    auto& notifier = request.endpoint.shared.notifier;
    const auto stream = wanted->to;
    auto first = acknowledgement(*wanted, *tasks);
    const auto added = notifier.add(std::move(*wanted));
    if (!added)
        co_return request.response.finish(
            limit_reply(request.endpoint, request.message.id, request.caller, too_many_subscriptions));
    outlet.notify(std::move(first));
    for (const auto& one : *tasks) one->follow(stream, added->id);
    if (notifier.is_over()) notifier.end_all();
    co_await hold_open(request.endpoint, stream, request.caller);
    notifier.remove(added);
}

void subscribe(const request_context& request) {
    const auto& in = request.endpoint;
    const auto uri = wire::string_member(request.message.params, "uri");
    const auto* reader = uri ? in.features->find_reader(*uri) : nullptr;
    if (!reader)
        return request.fail(uri ? code::resource_not_found_legacy : code::invalid_params,
                            uri ? "Resource not found: " + printable(*uri, 200) : "params.uri must be a string.");
    if (!may_use(request, {feature_kind::resource, *reader, *uri})) return;
    const auto& session = request.from.session;
    if (!session)
        return request.fail(code::invalid_request,
                            "A subscription belongs to a session. Send initialize to start one.");
    if (session->subscribe(*uri, request.caller)) in.shared.notifier.watch(*uri);
    else if (!session->is_subscribed(*uri))
        return request.fail(
            code::invalid_request,
            "Too many subscriptions in this session (the limit is 1000), or too much memory is held for "
            "this caller. Unsubscribe from other resources first.");
    request.succeed();
}

void unsubscribe(const request_context& request) {
    const auto uri = wire::string_member(request.message.params, "uri");
    if (!uri) return request.fail(code::invalid_params, "params.uri must be a string.");
    const auto& session = request.from.session;
    if (session && session->unsubscribe(*uri)) request.endpoint.shared.notifier.unwatch(*uri);
    request.succeed();
}

}  // namespace toolrack::mcp
