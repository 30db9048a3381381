// One request in progress, to be answered exactly once.
//
// Movable, not copyable; the owner of the call answers it. A call that is destroyed unanswered
// fails with an internal error. After the answer, every further function has no effect.
//
// Any thread may use a call, but only one at a time. Texts and values read from it are valid until
// it is answered, moved or destroyed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolrack/abi.h"
#include "toolrack/detail/host_interface.hpp"
#include "toolrack/detail/request.hpp"
#include "toolrack/error.hpp"
#include "toolrack/json.hpp"
#include "toolrack/result.hpp"

namespace toolrack {

// The registration of a function to call on cancellation. Its destructor waits for the function if
// that is running, so the objects that the function refers to must outlive the hook.
using cancel_hook = std::unique_ptr<std::stop_callback<std::function<void()>>>;

class call {
public:
    call(detail::host_interface& host, toolrack_call id, const toolrack_request& request)
        : host_(&host), id_(id), request_(request) {}
    call(call&& other) noexcept
        : host_(other.host_), id_(std::exchange(other.id_, 0)), watched_(other.watched_),
          request_(std::move(other.request_)), variables_(std::move(other.variables_)) {}
    call& operator=(call&& other) noexcept {
        if (this != &other) {
            drop();
            host_ = other.host_;
            id_ = std::exchange(other.id_, 0);
            watched_ = other.watched_;
            request_ = std::move(other.request_);
            variables_ = std::move(other.variables_);
        }
        return *this;
    }
    ~call() { drop(); }

    // ---- the request ----

    std::string_view method() const { return request_.method; }
    // The name of the tool or prompt, or the uri of the resource.
    std::string_view name() const { return request_.name; }
    json::value params() const { return json::value(request_.params); }
    // {} if the request has no arguments.
    json::value args() const { return part("arguments"); }
    json::value meta() const { return part("_meta"); }
    // The value of {name} of the resource template in this uri, percent-decoded; empty if the
    // template has no such variable.
    std::string_view variable(std::string_view name) const {
        for (const auto& [each, value] : variables_)
            if (each == name) return value;
        return {};
    }

    // ---- the caller ----

    std::string_view subject() const { return request_.subject; }
    std::string_view issuer() const { return request_.issuer; }
    std::vector<std::string_view> scopes() const;
    // "orders" covers "orders:read", "*" covers all.
    bool has_scope(std::string_view wanted) const;
    // "name", "version" and "capabilities" as the client sent them, unverified.
    json::value client() const { return object_or_empty(request_.client); }
    std::string_view traceparent() const { return request_.traceparent; }

    // ---- further rounds (basic/patterns/mrtr) ----

    // The client's answers to the input requests of the last round, by key. Unverified: a key may
    // be missing or unexpected, and a value may have any shape.
    json::value responses() const { return object_or_empty(request_.responses); }
    // The state of the last round, verified by the host; null in the first round.
    json::value state() const { return json::value(request_.state); }

    // ---- deadline and cancellation ----

    // The host answers the client at this time if the handler has not.
    std::chrono::system_clock::time_point deadline() const {
        return std::chrono::system_clock::time_point(std::chrono::milliseconds(request_.deadline));
    }
    // True if the call was cancelled or its deadline has passed. The handler still answers it.
    bool cancelled() const noexcept { return id_ == 0 || host_->cancelled(id_); }
    // Stops when the call is cancelled. May throw std::bad_alloc.
    std::stop_token stop_token();
    // Calls then() at most once, on the thread that cancels the call, or immediately if the call is
    // already cancelled. then() must not block; its exceptions are logged.
    [[nodiscard]] cancel_hook on_cancel(std::function<void()> then);

    // ---- notifications; the host drops them if the client did not ask for them ----

    // done must increase from one notification to the next (basic/patterns/progress).
    void progress(double done, std::optional<double> total = {}, std::string_view message = {});
    // Sends a log message to the client (server/utilities/logging). setup::log writes to the host's
    // log.
    void log(severity how, const json::text& data, std::string_view logger = {});
    void notify(std::string_view method, const json::text& params) {
        if (id_ != 0) host_->notify(id_, method, params.str());
    }

    // ---- the answer; only the first is sent ----

    void finish(const result& answer) noexcept;
    // A JSON-RPC error; the message and the data go to the client (JSON-RPC 2.0, 5.1).
    void fail(int error_code, std::string_view message, const json::text& data = {}) noexcept;

    // ---- for the SDK ----

    // Gives up the call without answering it. Returns 0 if it was answered or moved.
    toolrack_call release() noexcept;
    void set_variables(std::vector<std::pair<std::string, std::string>> variables) {
        variables_ = std::move(variables);
    }

private:
    json::value part(std::string_view name) const {
        const auto found = params().find(name);
        return found && !found->is_null() ? *found : json::value("{}");
    }
    static json::value object_or_empty(std::string_view text) { return json::value(text.empty() ? "{}" : text); }
    void drop() noexcept;

    detail::host_interface* host_;
    toolrack_call id_;
    bool watched_ = false;
    detail::request request_;
    std::vector<std::pair<std::string, std::string>> variables_;
};

namespace detail {

// The JSON of a failure (JSON-RPC 2.0, 5.1).
inline std::string failure(int error_code, std::string_view message, const json::text& data = {}) {
    json::text what = json::object({{"code", error_code}, {"message", message}});
    if (!data.read().is_null()) what.add("data", data);
    return std::move(what).str();
}

inline constexpr std::string_view out_of_memory = R"({"code":-32603,"message":"The plugin ran out of memory."})";
inline constexpr std::string_view not_answered = R"({"code":-32603,"message":"The plugin did not answer this call."})";

// Marks the call that this thread is passing to its handler. If the handler destroys the call during
// that time, the call_dispatcher answers it, because only there the exception is known.
class handler_scope {
public:
    handler_scope(host_interface& host, toolrack_call id) : host_(&host), id_(id), outer_(innermost) {
        innermost = this;
    }
    handler_scope(const handler_scope&) = delete;
    ~handler_scope() { innermost = outer_; }

    bool was_dropped() const noexcept { return dropped_; }

    static bool mark_dropped(host_interface* host, toolrack_call id) noexcept {
        for (handler_scope* each = innermost; each; each = each->outer_)
            if (each->host_ == host && each->id_ == id) return each->dropped_ = true;
        return false;
    }

private:
    static inline constinit thread_local handler_scope* innermost = nullptr;

    host_interface* host_;
    toolrack_call id_;
    handler_scope* outer_;
    bool dropped_ = false;
};

}  // namespace detail

inline std::vector<std::string_view> call::scopes() const {
    std::vector<std::string_view> all;
    for (const toolrack_str& each : request_.scopes) all.emplace_back(each.data, each.size);
    return all;
}

inline bool call::has_scope(std::string_view wanted) const {
    for (const toolrack_str& each : request_.scopes) {
        const std::string_view granted(each.data, each.size);
        if (granted == "*" || granted == wanted) return true;
        if (wanted.starts_with(granted) && wanted.substr(granted.size()).starts_with(':')) return true;
    }
    return false;
}

inline std::stop_token call::stop_token() {
    if (id_ == 0) return {};
    watched_ = true;
    return host_->watch_cancel(id_);
}

inline cancel_hook call::on_cancel(std::function<void()> then) {
    // The thread that cancels must not get an exception of the plugin.
    auto careful = [then = std::move(then), host = host_]() noexcept {
        try {
            then();
        } catch (...) {
            host->log(severity::error, "a cancellation function threw an exception");
        }
    };
    return std::make_unique<cancel_hook::element_type>(stop_token(), std::move(careful));
}

inline void call::progress(double done, std::optional<double> total, std::string_view message) {
    json::text params = json::object({{"progress", done}});
    if (total) params.add("total", *total);
    if (!message.empty()) params.add("message", message);
    notify("notifications/progress", params);
}

inline void call::log(severity how, const json::text& data, std::string_view logger) {
    json::text params = json::object({{"level", name_of(how)}, {"data", data}});
    if (!logger.empty()) params.add("logger", logger);
    notify("notifications/message", params);
}

inline toolrack_call call::release() noexcept {
    const toolrack_call id = std::exchange(id_, 0);
    if (id != 0 && watched_) host_->unwatch_cancel(id);
    return id;
}

// The host may destroy the instance as soon as it has the answer, so nothing is accessed afterwards.
inline void call::finish(const result& answer) noexcept {
    const toolrack_call id = release();
    if (id == 0) return;
    try {
        host_->finish(id, answer.needs_input() ? TOOLRACK_INPUT_REQUIRED : TOOLRACK_DONE, answer.json());
    } catch (...) {
        host_->finish(id, TOOLRACK_FAILED, detail::out_of_memory);
    }
}

inline void call::fail(int error_code, std::string_view message, const json::text& data) noexcept {
    const toolrack_call id = release();
    if (id == 0) return;
    try {
        host_->finish(id, TOOLRACK_FAILED, detail::failure(error_code, message, data));
    } catch (...) {
        host_->finish(id, TOOLRACK_FAILED, detail::out_of_memory);
    }
}

inline void call::drop() noexcept {
    const toolrack_call id = release();
    if (id != 0 && !detail::handler_scope::mark_dropped(host_, id))
        host_->finish(id, TOOLRACK_FAILED, detail::not_answered);
}

}  // namespace toolrack
