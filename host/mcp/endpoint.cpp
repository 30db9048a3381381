#include "mcp/endpoint.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "mcp/error_replies.hpp"
#include "mcp/methods.hpp"

namespace toolrack::mcp {
namespace {

using wire::code;
using kind = enum wire::message::kind;

struct method {
    std::string_view name;
    bool is_legacy, is_modern;
    std::variant<void (*)(const request_context&),                              // answers at once
                 std::optional<invocation_target> (*)(const request_context&),  // names the feature that answers
                 awaitable<void> (*)(const request_context&)>                   // is a stream
        function;
};

constexpr std::array methods{
    method{"tools/call", true, true, call_tool},
    method{"tools/list", true, true, list_tools},
    method{"resources/read", true, true, read_resource},
    method{"resources/list", true, true, list_resources},
    method{"resources/templates/list", true, true, list_resource_templates},
    method{"prompts/get", true, true, get_prompt},
    method{"prompts/list", true, true, list_prompts},
    method{"completion/complete", true, true, complete},
    method{"server/discover", false, true, discover},
    method{"subscriptions/listen", false, true, listen},
    method{"tasks/get", false, true, get_task},
    method{"tasks/update", false, true, update_task},
    method{"tasks/cancel", false, true, cancel_task},
    method{"initialize", true, false, initialize},
    method{"ping", true, false, ping},
    method{"logging/setLevel", true, false, set_log_level},
    method{"resources/subscribe", true, false, subscribe},
    method{"resources/unsubscribe", true, false, unsubscribe},
};
constexpr std::size_t unknown_method = methods.size();

const method* find_method(std::string_view name, wire::era era) {
    const auto* const found = std::ranges::find(methods, name, &method::name);
    if (found == methods.end()) return nullptr;
    return (era == wire::era::modern ? found->is_modern : found->is_legacy) ? found : nullptr;
}

}  // namespace

endpoint::endpoint(std::shared_ptr<const catalog::catalog> features,
                   const dependencies& shared,
                   const auth::caller_limits& limits,
                   std::string resource_metadata,
                   std::shared_ptr<const audit::audit_policy> audit_policy)
    : features(std::move(features)), shared(shared), limits(limits), request_states(shared.seal, shared.clock),
      resource_metadata(std::move(resource_metadata)), audit_policy(std::move(audit_policy)),
      histograms(shared.registry, *this->features, methods.size() + 1) {}

awaitable<void>
endpoint::answer(const wire::message& message, const identity::principal& caller, wire::outlet& to) const {
    // Only requests count: a notification or a response ends something or answers this server.
    if (message.kind == kind::request) {
        if (caller.usage()->requests) caller.usage()->requests->add();
        if (const auto over = limits.count_request(caller, shared.clock.steady())) {
            audit::entry none;  // a caller must not fill the disk
            co_return response_writer(to, nullptr, none).finish(limit_reply(*this, message.id, caller, *over));
        }
    }

    auto entry = audit_policy->open(message, caller);
    operation_timer timer(histograms, entry);
    auto from = is_modern(message, to.headers()) ? read_modern(message, to.headers())
                                                 : read_legacy(message, caller, to, shared.sessions);
    response_writer response(to, from ? from->session : nullptr, entry);
    if (!from) co_return response.finish(from.error());
    const request_context request{*this, message, caller, *from, response, entry, timer};

    const auto* method = find_method(message.method, from->version.era);
    if (!method) {
        timer.set_method(unknown_method, "_OTHER");
        co_return request.fail(
            code::method_not_found, "Method not found: \"" + printable(message.method, 80) + "\".", 404);
    }
    const auto* const stream = std::get_if<awaitable<void> (*)(const request_context&)>(&method->function);
    if (!stream) timer.set_method(static_cast<std::size_t>(method - methods.data()), method->name);
    entry.add_client(from->client);
    if (entry.must_begin()) {
        const bool is_recorded = co_await entry.begin(to.get_executor());
        if (!is_recorded) co_return response.finish(audit_unavailable(message.id));
    }

    if (const auto* reply = std::get_if<void (*)(const request_context&)>(&method->function))
        co_return (*reply)(request);
    if (stream) co_return co_await (*stream)(request);
    auto target = std::get<std::optional<invocation_target> (*)(const request_context&)>(method->function)(request);
    if (!target) co_return;
    invocation call(request, std::move(*target));
    co_await call.run();
}

}  // namespace toolrack::mcp
