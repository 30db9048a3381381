// The protocol: one message in, one answer out, in the era that the client speaks.
//
// Knows methods, versions, sessions and features; never a socket, and never a token. One per
// generation, used by all I/O threads at once; what it is given must outlive it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/asio.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "catalog/catalog.hpp"
#include "mcp/sessions.hpp"
#include "wire/era.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"
#include "wire/principal.hpp"

namespace toolrack::mcp {

// One request on its way through a method: who asks, in which version, and where the answer goes.
struct asking {
    const wire::message& message;
    const wire::principal& who;
    const wire::version& version;
    wire::outlet& to;
    std::string client;                 // {"name", "version", "capabilities"}
    std::optional<log_level> log_from;  // the least severe log message that the client wants

    void fail(int code, std::string_view why, unsigned status = 200, std::string_view data = {}) const {
        to.finish(wire::error_reply(message.id, code, why, status, data));
    }
};

class server {
public:
    server(const catalog::catalog& catalog, sessions& sessions, log& log, const clock& clock);

    // Answers, by the time it returns. All three must stay good until then.
    awaitable<void> answer(const wire::message& message, const wire::principal& who, wire::outlet& to) const;

    // Legacy DELETE. False when this principal has no such session.
    bool end_session(std::string_view name, const wire::principal& who) const;

private:
    awaitable<void> answer_modern(const wire::message& message, const wire::principal& who, wire::outlet& to) const;
    awaitable<void> answer_legacy(const wire::message& message, const wire::principal& who, wire::outlet& to) const;

    void initialize(const wire::message& message, const wire::principal& who, wire::outlet& to) const;
    void discover(const asking& asked) const;
    void list_tools(const asking& asked) const;
    awaitable<void> call_tool(const asking& asked) const;

    const catalog::catalog& catalog_;
    sessions& sessions_;
    log& log_;
    const clock& clock_;
};

}  // namespace toolrack::mcp
