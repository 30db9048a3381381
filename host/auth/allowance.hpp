// The allowance: how much each party may have under way, and how fast it may go.
//
// Of a call, its principal and its source both take. One of them that is over its allowance is told so, and what
// it then was refused is taken from nobody. Made of one generation's configuration; immutable, used by all I/O
// threads at once.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "auth/account.hpp"
#include "base/error.hpp"
#include "config/config.hpp"
#include "identity/principal.hpp"

namespace toolrack::auth {

// What somebody has too much of.
struct excess {
    std::string sentence;  // to the caller
    std::string_view reason;
    std::chrono::milliseconds wait;  // until it may be worth another try
};

// As Retry-After has it: whole seconds, and never too early.
unsigned whole_seconds(std::chrono::milliseconds wait);

// A call under way, counted until this goes.
class call_permit {
public:
    call_permit(std::shared_ptr<account> own, std::shared_ptr<account> source)
        : own_(std::move(own)), source_(std::move(source)) {}
    call_permit(call_permit&&) = default;
    call_permit& operator=(call_permit&&) = delete;
    ~call_permit() {
        if (own_) own_->calls.remove();
        if (source_) source_->calls.remove();
    }

private:
    std::shared_ptr<account> own_, source_;
};

// A connection, counted for the principal whose request came on it last.
class connection_permit {
public:
    explicit connection_permit(std::shared_ptr<account> whose) : whose_(std::move(whose)) {}
    connection_permit(const connection_permit&) = delete;
    connection_permit& operator=(const connection_permit&) = delete;
    ~connection_permit() { whose_->connections.remove(); }

    bool is_of(const identity::principal& who) const noexcept { return whose_ == who.account(); }

private:
    const std::shared_ptr<account> whose_;
};

class allowance {
public:
    explicit allowance(const config::call_limits& limits = {});

    // One request more, whatever it asks.
    std::optional<excess> charge(const identity::principal& who, bucket::time now) const;

    // One call more under way.
    result<call_permit, excess> begin_call(const identity::principal& who) const;

    // One connection more. Null when `who` has as many as may be.
    std::shared_ptr<connection_permit> attend(const identity::principal& who) const;
    excess too_many_connections() const;

private:
    const config::call_limits limits_;
    const bucket::size of_principal_, of_source_;
};

}  // namespace toolrack::auth
