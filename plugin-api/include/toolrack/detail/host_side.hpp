// The host as the rest of the SDK sees it: plain functions. Only the glue implements them.
//
// Every function may be called from any thread, concurrently, and does not throw.
#pragma once

#include <stop_token>
#include <string_view>

#include "toolrack/abi.h"
#include "toolrack/error.hpp"

namespace toolrack {

struct grant;

namespace detail {

class host_side {
public:
    virtual void log(severity how, std::string_view line) noexcept = 0;

    virtual void
    notify(toolrack_call call, std::string_view method, std::string_view params) noexcept = 0;
    virtual void
    finish(toolrack_call call, toolrack_outcome outcome, std::string_view json) noexcept = 0;
    virtual bool cancelled(toolrack_call call) noexcept = 0;
    // Stops when the call is cancelled, until unwatch().
    virtual std::stop_token watch_cancel(toolrack_call call) = 0;
    virtual void unwatch_cancel(toolrack_call call) noexcept = 0;

    virtual void list_changed(std::string_view kind) noexcept = 0;
    virtual void resource_updated(std::string_view uri) noexcept = 0;

    virtual void grant(toolrack_call check, const toolrack::grant& who) noexcept = 0;
    virtual void
    refuse(toolrack_call check, toolrack_refusal kind, std::string_view why) noexcept = 0;
    virtual void forget(std::string_view credential) noexcept = 0;

    virtual void report_degraded(std::string_view what) noexcept = 0;

protected:
    ~host_side() = default;
};

}  // namespace detail

// A line in the host's own log. Copy it to wherever it is needed; any thread may use it until the
// instance is destroyed. Never write what a client may have sent in confidence.
class log {
public:
    explicit log(detail::host_side& host) : host_(&host) {}

    void operator()(severity how, std::string_view line) const noexcept { host_->log(how, line); }

private:
    detail::host_side* host_;
};

}  // namespace toolrack
