// One request on its way through a method: who asks, in which version, and where the answer goes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "audit/entry.hpp"
#include "mcp/notices.hpp"
#include "mcp/operation.hpp"
#include "mcp/session.hpp"
#include "mcp/response_writer.hpp"
#include "wire/era.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"
#include "identity/principal.hpp"

namespace toolrack::mcp {

struct request_context {
    const wire::message& message;
    const identity::principal& who;
    const wire::version& version;
    wire::outlet& to;
    std::shared_ptr<mcp::session> session;  // legacy; null without one
    std::string client;                     // {"name", "version", "capabilities"}
    std::optional<log_level> log_from;      // the least severe log message that the client wants
    mcp::response_writer& response_writer;
    audit::entry& account;
    operation& running;

    bool is_modern() const noexcept { return version.era == wire::era::modern; }

    void fail(int code,
              std::string_view why,
              unsigned status = 200,
              std::string_view data = {},
              wire::outcome how = wire::outcome::error) const {
        // Statuses other than 200 are the modern era's; a legacy client reads the JSON-RPC code.
        auto no = wire::error_reply(message.id, code, why, is_modern() ? status : 200, data);
        no.outcome = how;
        response_writer.finish(std::move(no));
    }
};

}  // namespace toolrack::mcp
