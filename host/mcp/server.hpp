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

#include "audit/clerk.hpp"
#include "auth/allowance.hpp"
#include "auth/visits.hpp"
#include "base/asio.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/pace.hpp"
#include "base/seal.hpp"
#include "catalog/catalog.hpp"
#include "mcp/announcer.hpp"
#include "mcp/asking.hpp"
#include "mcp/operation.hpp"
#include "mcp/rounds.hpp"
#include "mcp/sessions.hpp"
#include "mcp/task.hpp"
#include "mcp/use.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"
#include "wire/principal.hpp"

namespace toolrack::mcp {

// What outlives a generation.
struct surroundings {
    mcp::sessions& sessions;
    mcp::announcer& announcer;
    mcp::tasks& tasks;
    auth::visits& visits;
    const toolrack::seal& seal;
    toolrack::log& log;
    const toolrack::clock& clock;
    metrics::figures* figures = nullptr;  // null: nothing is counted
};

class server : public std::enable_shared_from_this<server> {
public:
    // `metadata` is where OAuth clients learn about this server (RFC 9728); empty when nowhere.
    server(std::shared_ptr<const catalog::catalog> catalog,
           const surroundings& around,
           const auth::allowance& allowed = auth::allowance(),
           std::string metadata = {},
           std::shared_ptr<const audit::clerk> clerk = std::make_shared<const audit::clerk>());

    // Answers, by the time it returns. All three must stay good until then.
    awaitable<void> answer(const wire::message& message, const wire::principal& who, wire::outlet& to) const;

    // Answers a batch with one. Only a session of 2025-03-26 may send one.
    awaitable<void> answer_batch(std::string_view body,
                                 const wire::json_limits& limits,
                                 const wire::principal& who,
                                 wire::outlet& to) const;

    // Legacy GET: the session's own stream, or the rest of one that broke off after `last_event`. Returns
    // when it ends. Legacy DELETE: ends the session.
    awaitable<void> open_stream(std::string_view session,
                                std::optional<std::string_view> last_event,
                                const wire::principal& who,
                                wire::outlet& to) const;
    // False when this principal has no such session.
    bool end_session(std::string_view name, const wire::principal& who) const;

private:
    awaitable<void> answer_modern(const wire::message& message,
                                  const wire::principal& who,
                                  wire::outlet& to,
                                  audit::entry& account,
                                  operation& running) const;
    awaitable<void> answer_legacy(const wire::message& message,
                                  const wire::principal& who,
                                  wire::outlet& to,
                                  audit::entry& account,
                                  operation& running) const;
    awaitable<void> dispatch(const asking& asked) const;
    void take_legacy(const wire::message& said, session& in) const;

    // One per method; what they answer is in the file of that name.
    wire::reply initialize(const wire::message& message, const wire::principal& who) const;
    void discover(const asking& asked) const;
    void ping(const asking& asked) const;
    void set_log_level(const asking& asked) const;
    void subscribe(const asking& asked) const;
    void unsubscribe(const asking& asked) const;
    awaitable<void> listen(const asking& asked) const;
    awaitable<void> stay(std::shared_ptr<mailbox> box, const wire::principal& who) const;
    void list_tools(const asking& asked) const;
    void list_prompts(const asking& asked) const;
    void list_resources(const asking& asked) const;
    void list_templates(const asking& asked) const;
    awaitable<void> call_tool(const asking& asked) const;
    awaitable<void> get_prompt(const asking& asked) const;
    awaitable<void> read_resource(const asking& asked) const;
    awaitable<void> complete(const asking& asked) const;

    template <typename Entry>
    void list(const asking& asked, const catalog::shelf<Entry>& shelf) const;
    bool admits(const asking& asked, const catalog::listed& feature, std::string_view shown) const;
    std::string capabilities(wire::era era) const;

    wire::reply too_many(std::string_view id, const wire::principal& who, const auth::excess& over) const;
    awaitable<void> use(const asking& asked, const usage& what) const;
    awaitable<std::optional<plugin::answer>> run(const asking& asked, const usage& what, const round& now) const;
    awaitable<std::optional<std::string>> ask_client(const asking& asked,
                                                     const usage& what,
                                                     const json::value& requests) const;
    void finish(const asking& asked, const usage& what, const plugin::answer& answer) const;
    static bool knows_tasks(const asking& asked);
    void require_tasks(const asking& asked) const;
    awaitable<std::optional<plugin::answer>> run_or_become_task(const asking& asked,
                                                                const usage& what,
                                                                const round& now,
                                                                auth::turn& turn) const;
    static awaitable<void> work(std::shared_ptr<const server> self,
                                std::shared_ptr<task> is,
                                std::string params,
                                std::string client,
                                usage what,
                                round now,
                                auth::turn turn,
                                audit::entry account);
    static std::string internal_failure(std::string_view why);
    std::shared_ptr<task> find_task(const asking& asked) const;
    std::optional<std::vector<std::shared_ptr<task>>> find_tasks(const asking& asked, const json::value& filter) const;
    void get_task(const asking& asked) const;
    void update_task(const asking& asked) const;
    void cancel_task(const asking& asked) const;

    void refuse_input(const asking& asked, const usage& what, const std::string& missing) const;

    struct method;
    static std::span<const method> methods();
    static const method* find_method(std::string_view name, wire::era era);

    const std::shared_ptr<const catalog::catalog> kept_;
    const catalog::catalog& catalog_;
    surroundings around_;
    const auth::allowance allowed_;
    state_keeper states_;
    const std::string metadata_;
    const std::shared_ptr<const audit::clerk> clerk_;
    const operations operations_;
    mutable pace refusals_logged_{10};
};

}  // namespace toolrack::mcp
