// The protocol version of a message, and the client that sent it: read from the message in the modern era, and from its
// session in the legacy one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "identity/principal.hpp"
#include "mcp/log_level.hpp"
#include "mcp/session.hpp"
#include "mcp/sessions.hpp"
#include "wire/era.hpp"
#include "wire/message.hpp"
#include "wire/outlet.hpp"

namespace toolrack::mcp {

struct client_context {
    const wire::version& version;
    std::shared_ptr<mcp::session> session;      // legacy; null without one
    std::string client;                         // {"name"?, "version"?, "capabilities"}
    std::optional<log_level> least_severe_log;  // nothing: the client wants no log messages
};

bool is_modern(const wire::message& message, const wire::mirrored* headers);

// Each returns the reply when nothing is left to do for the message: it is not a request, or it is refused.
// What a legacy client sends for a request under way is passed on to its session.
result<client_context, wire::reply> read_modern(const wire::message& message, const wire::mirrored* headers);
result<client_context, wire::reply> read_legacy(const wire::message& message,
                                                const identity::principal& caller,
                                                const wire::outlet& to,
                                                mcp::sessions& sessions);

// {"name"?, "version"?, "capabilities"}, the client as plugins see it.
std::string client_description(const std::optional<json::value>& info, const std::optional<json::value>& capabilities);

// The modern versions, as a JSON array of strings.
std::string supported_versions();

}  // namespace toolrack::mcp
