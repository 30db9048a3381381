// The MCP endpoint of one generation: it answers messages with the features, limits and audit rules of that generation.
//
// It sees no socket and no token. Immutable, and used by all I/O threads at once. Always held by a shared_ptr, because
// a task may outlive the generation in which it began.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "audit/audit_policy.hpp"
#include "auth/caller_limits.hpp"
#include "auth/open_streams.hpp"
#include "base/asio.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/pace.hpp"
#include "base/seal.hpp"
#include "catalog/catalog.hpp"
#include "identity/principal.hpp"
#include "mcp/notifier.hpp"
#include "mcp/operation_timer.hpp"
#include "mcp/request_state.hpp"
#include "mcp/sessions.hpp"
#include "mcp/task.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"

namespace toolrack::mcp {

// What outlives every generation.
struct dependencies {
    mcp::sessions& sessions;
    mcp::notifier& notifier;
    mcp::tasks& tasks;
    auth::open_streams& open_streams;
    const toolrack::seal& seal;
    toolrack::log& log;
    const toolrack::clock& clock;
    metrics::registry* registry = nullptr;  // null: nothing is counted
};

struct endpoint : std::enable_shared_from_this<endpoint> {
    // `resource_metadata`: the URL at which OAuth clients read about this server (RFC 9728); empty when there is none.
    endpoint(std::shared_ptr<const catalog::catalog> features,
             const dependencies& shared,
             const auth::caller_limits& limits = auth::caller_limits(),
             std::string resource_metadata = {},
             std::shared_ptr<const audit::audit_policy> audit_policy = std::make_shared<const audit::audit_policy>());

    // Answers one message before it returns. The arguments must live until then.
    awaitable<void> answer(const wire::message& message, const identity::principal& caller, wire::outlet& to) const;

    // Answers a batch with a batch; only a session of 2025-03-26 may send one.
    awaitable<void> answer_batch(std::string_view body,
                                 const wire::json_limits& limits,
                                 const identity::principal& caller,
                                 wire::outlet& to) const;

    // Legacy GET: the session's standalone stream, or the rest of a stream that broke off after `last_event`. Returns
    // when the stream ends.
    awaitable<void> open_stream(std::string_view session_id,
                                std::optional<std::string_view> last_event,
                                const identity::principal& caller,
                                wire::outlet& to) const;

    // Legacy DELETE. False when this principal has no such session.
    bool end_session(std::string_view session_id, const identity::principal& caller) const;

    const std::shared_ptr<const catalog::catalog> features;
    const dependencies shared;
    const auth::caller_limits limits;
    const mcp::request_states request_states;
    const std::string resource_metadata;
    const std::shared_ptr<const audit::audit_policy> audit_policy;
    const operation_histograms histograms;
    mutable pace refusal_log_pace{10};
};

// Returns when the client leaves, the stream ends, or the credential with which the caller came expires or is revoked.
awaitable<void> hold_open(const endpoint& in, std::shared_ptr<stream_queue> stream, const identity::principal& caller);

}  // namespace toolrack::mcp
