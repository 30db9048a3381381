// The limits of callers: the rate of requests and the number of concurrent calls and connections.
//
// A request counts for its principal and for its source; one that is refused counts for neither. Made from the
// configuration of one generation. Immutable; used by all I/O threads.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "auth/usage_counters.hpp"
#include "base/error.hpp"
#include "config/config.hpp"
#include "identity/principal.hpp"

namespace toolrack::auth {

struct limit_exceeded {
    std::string sentence;            // for the client
    std::string_view reason;         // which limit, for programs
    std::chrono::milliseconds wait;  // until a retry can succeed
};

// The value of Retry-After: whole seconds, rounded up, at least 1.
unsigned retry_after_seconds(std::chrono::milliseconds wait);

// Counts one call until it is destroyed.
class call_permit {
public:
    call_permit(std::shared_ptr<identity::usage_counters> own, std::shared_ptr<identity::usage_counters> source)
        : own_(std::move(own)), source_(std::move(source)) {}
    call_permit(call_permit&&) = default;
    call_permit& operator=(call_permit&&) = delete;
    ~call_permit() {
        if (own_) own_->calls.remove();
        if (source_) source_->calls.remove();
    }

private:
    std::shared_ptr<identity::usage_counters> own_, source_;
};

// Counts one connection until it is destroyed, for the principal of its latest request.
class connection_permit {
public:
    explicit connection_permit(std::shared_ptr<identity::usage_counters> counters) : counters_(std::move(counters)) {}
    connection_permit(const connection_permit&) = delete;
    connection_permit& operator=(const connection_permit&) = delete;
    ~connection_permit() { counters_->connections.remove(); }

    bool is_of(const identity::principal& who) const noexcept { return counters_ == who.usage(); }

private:
    const std::shared_ptr<identity::usage_counters> counters_;
};

class caller_limits {
public:
    explicit caller_limits(const config::call_limits& limits = {});

    // Counts one request against the rates. Empty when it is within them.
    std::optional<limit_exceeded> count_request(const identity::principal& who, bucket::time now) const;

    result<call_permit, limit_exceeded> begin_call(const identity::principal& who) const;

    // Null when the principal has too many connections.
    std::shared_ptr<connection_permit> add_connection(const identity::principal& who) const;
    limit_exceeded too_many_connections() const;

private:
    const config::call_limits limits_;
    const bucket::size of_principal_, of_source_;
};

}  // namespace toolrack::auth
