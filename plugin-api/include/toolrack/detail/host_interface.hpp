// The functions of the host for the rest of the SDK; detail/glue.hpp implements them.
//
// Any thread may call any of them, concurrently, until the instance is destroyed.
#pragma once

#include <stop_token>
#include <string_view>

#include "toolrack/abi.h"
#include "toolrack/error.hpp"

namespace toolrack {

struct grant;

namespace detail {

class host_interface {
public:
    virtual void log(severity level, std::string_view line) noexcept = 0;

    virtual void notify(toolrack_call call, std::string_view method, std::string_view params) noexcept = 0;
    virtual void finish(toolrack_call call, toolrack_outcome outcome, std::string_view json) noexcept = 0;
    virtual bool cancelled(toolrack_call call) noexcept = 0;
    // The token stops when the call is cancelled, until unwatch_cancel(). May throw std::bad_alloc.
    virtual std::stop_token watch_cancel(toolrack_call call) = 0;
    virtual void unwatch_cancel(toolrack_call call) noexcept = 0;

    virtual void list_changed(std::string_view kind) noexcept = 0;
    virtual void resource_updated(std::string_view uri) noexcept = 0;

    virtual void grant(toolrack_call check, const toolrack::grant& who) noexcept = 0;
    virtual void refuse(toolrack_call check, toolrack_refusal kind, std::string_view why) noexcept = 0;
    virtual void forget(std::string_view credential) noexcept = 0;

    // An empty reason reports the instance as healthy.
    virtual void report_degraded(std::string_view reason) noexcept = 0;

protected:
    ~host_interface() = default;
};

}  // namespace detail

// Writes lines to the host's log. A cheap handle: copies are allowed. Any thread may use it until the
// instance is destroyed. Never log a secret or confidential data of a client.
class log {
public:
    explicit log(detail::host_interface& host) : host_(&host) {}

    void operator()(severity level, std::string_view line) const noexcept { host_->log(level, line); }

private:
    detail::host_interface* host_;
};

}  // namespace toolrack
