// Error replies that more than one place sends, each built here only.
#pragma once

#include <string>
#include <string_view>

#include "auth/caller_limits.hpp"
#include "identity/principal.hpp"
#include "plugin/instance.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {

struct endpoint;

// 429: the caller is over one of its limits. Logged, at a limited rate.
wire::reply limit_reply(const endpoint& in,
                        std::string_view id,
                        const identity::principal& caller,
                        const auth::limit_exceeded& over);

// 503: the audit is required, and its log cannot be written.
wire::reply audit_unavailable(std::string_view id);

// 404: a legacy client must start a new session. (2025-11-25, basic/transports, "Session Management".)
wire::reply session_not_found(std::string_view id);

// error.data of a failure of a plugin: {"plugin", "reason", "retriable"}.
std::string failure_data(const plugin::instance& plugin, std::string_view reason, bool is_retriable);

// error.data of a URI that has no resource.
std::string uri_data(std::string_view uri);

}  // namespace toolrack::mcp
