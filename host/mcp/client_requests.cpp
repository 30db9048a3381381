#include "mcp/client_requests.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "mcp/cancellation.hpp"
#include "wire/json_writer.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {
namespace {

constexpr auto response_timeout = std::chrono::minutes(10);
constexpr std::size_t max_requests = 20;

// 2025-11-25 wants an id for a URL to visit (client/elicitation), and features that are written for every version do
// not give it one.
std::string legacy_params(const json::value& params) {
    if (wire::string_member(params, "mode") != "url" || params.find("elicitationId")) return std::string(params.text());
    std::string text;
    wire::json_writer writer(text);
    writer.begin_object().string("elicitationId", random_id(16));
    wire::append_members(text, params, {});
    writer.end_object();
    return text;
}

std::string request_message(std::string_view id, const json::value& request) {
    std::string text;
    wire::json_writer writer(text);
    writer.begin_object().string("jsonrpc", "2.0").raw("id", id).raw("method", request.at("method").text());
    if (const auto params = request.find("params")) writer.raw("params", legacy_params(*params));
    writer.end_object();
    return text;
}

// So that the client closes a form that is no longer needed. (2025-11-25, basic/lifecycle, "Timeouts".)
std::string cancelled_notification(const session::client_request& request) {
    std::string params;
    wire::json_writer(params).begin_object().raw("requestId", request.id).end_object();
    return wire::notification("notifications/cancelled", params);
}

}  // namespace

awaitable<std::optional<std::string>>
ask_client(const request_context& request, const invocation_target& target, const json::value& requests) {
    auto& response = request.response;
    const auto fail = [&](std::string_view why) {
        const auto sentence = "The " + target.describe() + " needs input from the client, but " + std::string(why);
        if (target.kind == feature_kind::tool)
            response.finish(tool_error_result(request.message.id, request.from.version, sentence));
        else request.fail(wire::code::internal_error, sentence);
    };
    const auto& session = request.from.session;
    if (!session || !response.can_notify()) {
        fail("the client can be asked only in a session and on a stream.");
        co_return std::nullopt;
    }
    if (requests.size() > max_requests) {
        fail("it sends more than " + std::to_string(max_requests) + " requests at once.");
        co_return std::nullopt;
    }

    std::vector<std::pair<std::string, session::client_request>> open;
    for (const auto& one : requests) {
        open.emplace_back(one.key(), session->open_request(response.outlet().get_executor()));
        response.notify(request_message(open.back().second.id, one));
    }

    bool is_cancelled = false, is_interrupted = false;
    const cancellation cancellation(request, [&is_cancelled, &open] {
        is_cancelled = true;
        for (const auto& [key, one] : open) one.response->abandon();
    });
    const auto deadline = std::chrono::steady_clock::now() + response_timeout;
    std::string responses, failure;
    wire::json_writer writer(responses);
    writer.begin_object();
    std::size_t answered = 0;
    for (const auto& [key, one] : open) {
        if (!one.response->is_answered()) co_await one.response->wait(deadline);
        const auto got = one.response->take();
        is_interrupted |= !got && one.response->is_interrupted();
        if (got) ++answered;
        if (!got) failure = "the client did not respond in time.";
        else if (got->is_error)
            failure = "the client responded with an error: " +
                      printable(wire::string_member(json::value(got->json), "message").value_or(""), 300);
        if (!failure.empty()) break;
        writer.escaped_key(key).value(got->json);
    }
    writer.end_object();
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto& one = open[i].second;
        session->close_request(one);
        if (i >= answered && !one.response->is_answered()) response.notify(cancelled_notification(one));
    }
    if (is_cancelled) response.finish_cancelled();
    else if (is_interrupted) fail_aborted(request, target);
    else if (!failure.empty()) fail(failure);
    else co_return responses;
    co_return std::nullopt;
}

}  // namespace toolrack::mcp
