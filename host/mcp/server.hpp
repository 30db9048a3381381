// The protocol: one message in, one answer out, in the era that the client speaks.
//
// Knows methods, versions, sessions and features; never a socket, and never a token. One per
// generation, used by all I/O threads at once; always held by a shared_ptr, because a task may outlive
// the generation it began on.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_policy.hpp"
#include "auth/allowance.hpp"
#include "auth/open_streams.hpp"
#include "base/asio.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/pace.hpp"
#include "base/seal.hpp"
#include "catalog/catalog.hpp"
#include "mcp/notifier.hpp"
#include "mcp/request_context.hpp"
#include "mcp/operation.hpp"
#include "mcp/rounds.hpp"
#include "mcp/sessions.hpp"
#include "mcp/task.hpp"
#include "mcp/use.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"
#include "identity/principal.hpp"

namespace toolrack::mcp {

// What outlives a generation.
struct dependencies {
    mcp::sessions& sessions;
    mcp::notifier& notifier;
    mcp::tasks& tasks;
    auth::open_streams& open_streams;
    const toolrack::seal& seal;
    toolrack::log& log;
    const toolrack::clock& clock;
    metrics::figures* figures = nullptr;  // null: nothing is counted
};

class server : public std::enable_shared_from_this<server> {
public:
    // `metadata` is where OAuth clients learn about this server (RFC 9728); empty when nowhere.
    server(std::shared_ptr<const catalog::catalog> catalog,
           const dependencies& around,
           const auth::allowance& allowed = auth::allowance(),
           std::string metadata = {},
           std::shared_ptr<const audit::audit_policy> audit_policy = std::make_shared<const audit::audit_policy>());

    // Answers, by the time it returns. All three must stay good until then.
    awaitable<void> answer(const wire::message& message, const identity::principal& who, wire::outlet& to) const;

    // Answers a batch with one. Only a session of 2025-03-26 may send one.
    awaitable<void> answer_batch(std::string_view body,
                                 const wire::json_limits& limits,
                                 const identity::principal& who,
                                 wire::outlet& to) const;

    // Legacy GET: the session's own stream, or the rest of one that broke off after `last_event`. Returns
    // when it ends. Legacy DELETE: ends the session.
    awaitable<void> open_stream(std::string_view session,
                                std::optional<std::string_view> last_event,
                                const identity::principal& who,
                                wire::outlet& to) const;
    // False when this principal has no such session.
    bool end_session(std::string_view name, const identity::principal& who) const;

private:
    awaitable<void> answer_modern(const wire::message& message,
                                  const identity::principal& who,
                                  wire::outlet& to,
                                  audit::entry& account,
                                  operation& running) const;
    awaitable<void> answer_legacy(const wire::message& message,
                                  const identity::principal& who,
                                  wire::outlet& to,
                                  audit::entry& account,
                                  operation& running) const;
    awaitable<void> dispatch(const request_context& asked) const;
    void take_legacy(const wire::message& said, session& in) const;

    // One per method; what they answer is in the file of that name.
    wire::reply initialize(const wire::message& message, const identity::principal& who) const;
    void discover(const request_context& asked) const;
    void ping(const request_context& asked) const;
    void set_log_level(const request_context& asked) const;
    void subscribe(const request_context& asked) const;
    void unsubscribe(const request_context& asked) const;
    awaitable<void> listen(const request_context& asked) const;
    awaitable<void> stay(std::shared_ptr<stream_queue> box, const identity::principal& who) const;
    void list_tools(const request_context& asked) const;
    void list_prompts(const request_context& asked) const;
    void list_resources(const request_context& asked) const;
    void list_templates(const request_context& asked) const;
    awaitable<void> call_tool(const request_context& asked) const;
    awaitable<void> get_prompt(const request_context& asked) const;
    awaitable<void> read_resource(const request_context& asked) const;
    awaitable<void> complete(const request_context& asked) const;

    template <typename Entry>
    void list(const request_context& asked, const catalog::feature_index<Entry>& feature_index) const;
    bool admits(const request_context& asked, const catalog::listed& feature, std::string_view shown) const;
    std::string capabilities(wire::era era) const;

    wire::reply too_many(std::string_view id, const identity::principal& who, const auth::excess& over) const;
    awaitable<void> use(const request_context& asked, const invocation& what) const;
    awaitable<std::optional<plugin::answer>> run(const request_context& asked, const invocation& what, const round& now) const;
    awaitable<std::optional<std::string>> ask_client(const request_context& asked,
                                                     const invocation& what,
                                                     const json::value& requests) const;
    void finish(const request_context& asked, const invocation& what, const plugin::answer& answer) const;
    static bool knows_tasks(const request_context& asked);
    void require_tasks(const request_context& asked) const;
    awaitable<std::optional<plugin::answer>> run_or_become_task(const request_context& asked,
                                                                const invocation& what,
                                                                const round& now,
                                                                auth::call_permit& call_permit) const;
    static awaitable<void> work(std::shared_ptr<const server> self,
                                std::shared_ptr<task> is,
                                std::string params,
                                std::string client,
                                invocation what,
                                round now,
                                auth::call_permit call_permit,
                                audit::entry account);
    static std::string internal_failure(std::string_view why);
    std::shared_ptr<task> find_task(const request_context& asked) const;
    std::optional<std::vector<std::shared_ptr<task>>> find_tasks(const request_context& asked, const json::value& filter) const;
    void get_task(const request_context& asked) const;
    void update_task(const request_context& asked) const;
    void cancel_task(const request_context& asked) const;

    void refuse_input(const request_context& asked, const invocation& what, const std::string& missing) const;

    struct method;
    static std::span<const method> methods();
    static const method* find_method(std::string_view name, wire::era era);

    const std::shared_ptr<const catalog::catalog> kept_;
    const catalog::catalog& catalog_;
    dependencies around_;
    const auth::allowance allowed_;
    state_keeper states_;
    const std::string metadata_;
    const std::shared_ptr<const audit::audit_policy> audit_policy_;
    const operations operations_;
    mutable pace refusals_logged_{10};
};

}  // namespace toolrack::mcp
