// One request being worked on, and the duty to answer it once.
//
// Moves, does not copy; whoever holds it owes the answer. A call that is dropped unanswered fails,
// so none is ever forgotten, and what has been answered ignores everything further.
//
// One thread at a time may use a call; any thread may. Texts and values read from it are good
// until it is answered, moved or dropped.
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
#include "toolrack/detail/host_side.hpp"
#include "toolrack/detail/request.hpp"
#include "toolrack/error.hpp"
#include "toolrack/json.hpp"
#include "toolrack/result.hpp"

namespace toolrack {

// Keeps a function waiting for cancellation. Dropping it waits for the function if it runs just
// now, so what the function refers to must be older than the hook.
using cancel_hook = std::unique_ptr<std::stop_callback<std::function<void()>>>;

class call {
public:
    call(detail::host_side& host, toolrack_call id, const toolrack_request& request)
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

    // ---- what is asked ----

    std::string_view method() const { return request_.method; }
    // The tool or prompt, or the uri of the resource.
    std::string_view name() const { return request_.name; }
    json::value params() const { return json::value(request_.params); }
    // Absent arguments are {}.
    json::value args() const { return part("arguments"); }
    json::value meta() const { return part("_meta"); }
    // What a resource template's {name} stands for in this uri.
    std::string_view variable(std::string_view name) const {
        for (const auto& [each, value] : variables_)
            if (each == name) return value;
        return {};
    }

    // ---- who asks ----

    std::string_view subject() const { return request_.subject; }
    std::string_view issuer() const { return request_.issuer; }
    std::vector<std::string_view> scopes() const;
    // "orders" covers "orders:read", "*" covers all.
    bool has_scope(std::string_view wanted) const;
    // What the client says of itself, unverified: "name", "version", "capabilities".
    json::value client() const { return object_or_empty(request_.client); }
    std::string_view traceparent() const { return request_.traceparent; }

    // ---- another round (basic/patterns/mrtr) ----

    // The answers to what the last round asked for, by key. Anyone can make these up: a key may be
    // missing, unasked for, or of another shape.
    json::value responses() const { return object_or_empty(request_.responses); }
    // What the last round wanted to have back, verified by the host; null in the first.
    json::value state() const { return json::value(request_.state); }

    // ---- while it runs ----

    // The host answers for us at this time.
    std::chrono::system_clock::time_point deadline() const {
        return std::chrono::system_clock::time_point(std::chrono::milliseconds(request_.deadline));
    }
    // Nobody waits for the answer any more. An answer is still owed.
    bool cancelled() const noexcept { return id_ == 0 || host_->cancelled(id_); }
    // For std::jthread, std::condition_variable_any and the like.
    std::stop_token stop_token();
    // Runs at most once, at once when it is too late, on whatever thread cancels. Must not block.
    [[nodiscard]] cancel_hook on_cancel(std::function<void()> then);

    // done must grow from one to the next (basic/patterns/progress).
    void progress(double done, std::optional<double> total = {}, std::string_view message = {});
    // For the client, not for the host's log (server/utilities/logging).
    void log(severity how, const json::text& data, std::string_view logger = {});
    void notify(std::string_view method, const json::text& params) {
        if (id_ != 0) host_->notify(id_, method, params.str());
    }

    // ---- the answer: the first counts ----

    void finish(const result& answer) noexcept;
    void fail(int error_code, std::string_view message, const json::text& data = {}) noexcept;

    // ---- for the glue ----

    // Gives up the call without answering it; 0 when it was answered or moved.
    toolrack_call release() noexcept;
    void set_variables(std::vector<std::pair<std::string, std::string>> variables) {
        variables_ = std::move(variables);
    }

private:
    json::value part(std::string_view name) const {
        const auto found = params().find(name);
        return found && !found->is_null() ? *found : json::value("{}");
    }
    static json::value object_or_empty(std::string_view text) {
        return json::value(text.empty() ? "{}" : text);
    }
    void drop() noexcept;

    detail::host_side* host_;
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

inline constexpr std::string_view out_of_memory =
    R"({"code":-32603,"message":"The plugin ran out of memory."})";
inline constexpr std::string_view not_answered =
    R"({"code":-32603,"message":"The plugin did not answer this call."})";

// The call that this thread is handing to its handler. When the handler drops it while it is being
// handed over, the one who handed it over answers: only it sees which exception was the reason.
class handover {
public:
    handover(host_side& host, toolrack_call id) : host_(&host), id_(id), outer_(innermost) {
        innermost = this;
    }
    handover(const handover&) = delete;
    ~handover() { innermost = outer_; }

    bool was_dropped() const noexcept { return dropped_; }

    static bool take_back(host_side* host, toolrack_call id) noexcept {
        for (handover* each = innermost; each; each = each->outer_)
            if (each->host_ == host && each->id_ == id) return each->dropped_ = true;
        return false;
    }

private:
    static inline constinit thread_local handover* innermost = nullptr;

    host_side* host_;
    toolrack_call id_;
    handover* outer_;
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
        if (wanted.starts_with(granted) && wanted.substr(granted.size()).starts_with(':'))
            return true;
    }
    return false;
}

inline std::stop_token call::stop_token() {
    if (id_ == 0) return {};
    watched_ = true;
    return host_->watch_cancel(id_);
}

inline cancel_hook call::on_cancel(std::function<void()> then) {
    // Whoever cancels must not get our exception.
    auto careful = [then = std::move(then), host = host_]() noexcept {
        try {
            then();
        } catch (...) {
            host->log(severity::error, "a function waiting for cancellation threw an exception");
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

// After the host has the answer it may destroy the instance: nothing is touched after that.
inline void call::finish(const result& answer) noexcept {
    const toolrack_call id = release();
    if (id == 0) return;
    try {
        host_->finish(
            id, answer.needs_input() ? TOOLRACK_INPUT_REQUIRED : TOOLRACK_DONE, answer.json());
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
    if (id != 0 && !detail::handover::take_back(host_, id))
        host_->finish(id, TOOLRACK_FAILED, detail::not_answered);
}

}  // namespace toolrack
