// Streams that outlast a request: subscriptions/listen of the modern era, the GET stream and the
// subscriptions of the legacy one.
#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "base/text.hpp"
#include "mcp/result.hpp"
#include "mcp/server.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;

constexpr std::size_t most_watched = 1000;

bool wants(const json::value& filter, std::string_view member) {
    const auto said = filter.find(member);
    return said && said->is_bool() && said->boolean();
}

// The first message of a subscription: what of the filter is honoured.
std::string acknowledgement(const notifier::subscription& made, const std::vector<std::shared_ptr<task>>& tasks) {
    std::string params = '{' + subscription_meta(made.id) + R"(,"notifications":{)";
    auto add = [&params, first = true](std::string_view member, std::string_view value) mutable {
        if (!first) params += ',';
        first = false;
        json::write_string(params, member);
        params += ':';
        params += value;
    };
    if (made.lists.contains(list_kind::tools)) add("toolsListChanged", "true");
    if (made.lists.contains(list_kind::prompts)) add("promptsListChanged", "true");
    if (made.lists.contains(list_kind::resources)) add("resourcesListChanged", "true");
    if (!made.resources.empty()) {
        std::string uris = "[";
        for (const auto& uri : made.resources) {
            if (uris.size() > 1) uris += ',';
            json::write_string(uris, uri);
        }
        add("resourceSubscriptions", uris + ']');
    }
    if (!tasks.empty()) {
        std::string ids = "[";
        for (const auto& one : tasks) {
            if (ids.size() > 1) ids += ',';
            json::write_string(ids, one->id());
        }
        add("taskIds", ids + ']');
    }
    params += "}}";
    return wire::notification("notifications/subscriptions/acknowledged", params);
}

}  // namespace

awaitable<void> server::listen(const request_context& asked) const {
    if (!asked.to.takes_stream())
        co_return asked.fail(code::invalid_request,
                             "subscriptions/listen answers with a stream. Accept text/event-stream.", 406);
    const auto filter = asked.message.params.find("notifications");
    if (!filter || !filter->is_object())
        co_return asked.fail(code::invalid_params, "params.notifications must be an object: what to listen to.", 400);

    notifier::subscription wanted{asked.who, std::string(asked.message.id), std::make_shared<stream_queue>(asked.to)};
    if (wants(*filter, "toolsListChanged")) wanted.lists.insert(list_kind::tools);
    if (wants(*filter, "promptsListChanged") && !catalog_.prompts().is_empty()) wanted.lists.insert(list_kind::prompts);
    if (wants(*filter, "resourcesListChanged") && catalog_.offers_resources())
        wanted.lists.insert(list_kind::resources);
    const auto uris = filter->find("resourceSubscriptions");
    if (uris && !uris->is_array())
        co_return asked.fail(code::invalid_params, "resourceSubscriptions must be an array of at most 1000 URIs.", 400);
    if (uris)
        for (const auto& uri : *uris) {
            if (!uri.is_string() || wanted.resources.size() >= most_watched)
                co_return asked.fail(code::invalid_params,
                                     "resourceSubscriptions must be an array of at most 1000 URIs.", 400);
            // What this caller may not read is for it not there: it is left out of the acknowledgement.
            auto text = uri.str();
            const auto* reader = catalog_.find_reader(text);
            if (reader && reader->needs.is_met_by(asked.who)) wanted.resources.insert(std::move(text));
        }
    const auto tasks = find_tasks(asked, *filter);
    if (!tasks) co_return;

    // First the acknowledgement, then whatever happens from now on: what other threads send waits until then.
    const auto box = wanted.to;
    auto first = acknowledgement(wanted, *tasks);
    const auto added = around_.notifier.add(std::move(wanted));
    asked.to.notify(std::move(first));
    if (!added) co_return asked.to.close_stream();
    for (const auto& one : *tasks) one->follow(box, added->id);
    if (around_.notifier.is_over()) around_.notifier.end_all();
    co_await stay(box, asked.who);
    around_.notifier.remove(added);
}

// As long as the client stays, and as what it was let in by counts.
awaitable<void> server::stay(std::shared_ptr<stream_queue> box, const identity::principal& who) const {
    const auto visit = around_.open_streams.enter(who, [box] { box->end(); });
    if (who.expires() == std::chrono::system_clock::time_point::max()) co_return co_await box->wait();
    const auto time_left = [this, ends = who.expires()] {
        // what is far off would overflow
        constexpr std::chrono::system_clock::duration longest = std::chrono::hours(24);
        return std::chrono::nanoseconds(std::min(ends - around_.clock.now(), longest));
    };
    co_await box->wait(time_left);
}

void server::subscribe(const request_context& asked) const {
    const auto uri = wire::string_member(asked.message.params, "uri");
    const auto* reader = uri ? catalog_.find_reader(*uri) : nullptr;
    if (!reader)
        return asked.fail(uri ? code::resource_not_found_legacy : code::invalid_params,
                          uri ? "Resource not found: " + printable(*uri, 200) : "params.uri must be a string.");
    if (!admits(asked, *reader, "resource " + printable(*uri, 200))) return;
    if (!asked.session)
        return asked.fail(code::invalid_request, "A subscription belongs to a session. Send initialize to begin one.");
    if (asked.session->subscribe(*uri, asked.who)) around_.notifier.watch(*uri);
    else if (!asked.session->is_subscribed(*uri))
        return asked.fail(code::invalid_request, "This session has as many subscriptions as it may have.");
    asked.response_writer.finish(own_result(asked.message.id, asked.version, {}));
}

void server::unsubscribe(const request_context& asked) const {
    const auto uri = wire::string_member(asked.message.params, "uri");
    if (!uri) return asked.fail(code::invalid_params, "params.uri must be a string.");
    if (asked.session && asked.session->unsubscribe(*uri)) around_.notifier.unwatch(*uri);
    asked.response_writer.finish(own_result(asked.message.id, asked.version, {}));
}

awaitable<void> server::open_stream(std::string_view name,
                                    std::optional<std::string_view> last_event,
                                    const identity::principal& who,
                                    wire::outlet& to) const {
    const auto session = around_.sessions.find(name, who);
    if (!session)
        co_return to.finish(wire::error_reply({}, code::invalid_request,
                                              "There is no such session. Send initialize to begin a new one.", 404));
    const auto seen = last_event ? event_stream::read_id(*last_event) : std::nullopt;
    const auto stream = seen ? session->find_stream(seen->stream) : session->standalone();
    const auto after = seen ? std::optional(seen->event) : std::nullopt;
    // 405 tells a client that there is nothing to come back for; of a 404 it would begin a new session.
    if (!stream)
        co_return to.finish(wire::error_reply({}, code::invalid_request,
                                              "That stream is over, and nothing of it is kept any more.", 405));

    const auto box = std::make_shared<stream_queue>(to);
    // Attached before the client hears that it listens, so that nothing from then on is missed; what is over has
    // nothing to begin the stream with.
    if (stream->is_finished()) to.open_stream();
    stream->attach(box, after);
    if (!box->is_closed()) to.open_stream();
    if (around_.notifier.is_over()) stream->attach(nullptr);
    co_await stay(box, who);
    stream->detach(box.get());
}

bool server::end_session(std::string_view name, const identity::principal& who) const {
    return around_.sessions.end(name, who);
}

}  // namespace toolrack::mcp
