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
#include "mcp/voice.hpp"
#include "wire/era.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"
#include "wire/principal.hpp"

namespace toolrack::mcp {

struct asking {
    const wire::message& message;
    const wire::principal& who;
    const wire::version& version;
    wire::outlet& to;
    std::shared_ptr<mcp::session> session;  // legacy; null without one
    std::string client;                     // {"name", "version", "capabilities"}
    std::optional<log_level> log_from;      // the least severe log message that the client wants
    mcp::voice& voice;
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
        voice.finish(std::move(no));
    }
};

}  // namespace toolrack::mcp
