// Finds the feature of a call, runs its handler, and ensures that the call is answered.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolrack/call.hpp"
#include "toolrack/detail/host_interface.hpp"
#include "toolrack/detail/registry.hpp"
#include "toolrack/error.hpp"
#include "toolrack/result.hpp"

namespace toolrack::detail {

class call_dispatcher {
public:
    call_dispatcher(host_interface& host, const registry& offered) : host_(host), offered_(offered) {}

    void start(toolrack_call id, const toolrack_request& request) const noexcept;

private:
    void route(call& c) const;
    const feature& find_feature(call& c) const;
    const feature& find_readable(call& c, const feature* found) const;
    void complete(call& c) const;
    void answer_exception(toolrack_call id, const toolrack_request& request) const noexcept;
    void log_exception(const toolrack_request& request) const noexcept;

    host_interface& host_;
    const registry& offered_;
};

// The handler has answered the call, moved it elsewhere, or left it for this function to answer.
inline void call_dispatcher::start(toolrack_call id, const toolrack_request& request) const noexcept {
    call c(host_, id, request);
    const handler_scope scope(host_, id);
    const auto is_unanswered = [&] { return c.release() != 0 || scope.was_dropped(); };
    try {
        route(c);
        if (is_unanswered()) host_.finish(id, TOOLRACK_FAILED, not_answered);
    } catch (...) {
        if (is_unanswered()) answer_exception(id, request);
        else log_exception(request);
    }
}

inline void call_dispatcher::route(call& c) const {
    if (c.method() == "completion/complete") complete(c);
    else find_feature(c).run()(c);
}

inline const feature& call_dispatcher::find_feature(call& c) const {
    using kind = feature::kind;
    const feature* found = nullptr;
    if (c.method() == "tools/call") found = offered_.find(kind::tool, c.name());
    else if (c.method() == "prompts/get") found = offered_.find(kind::prompt, c.name());
    else if (c.method() == "resources/read") found = offered_.find(kind::resource, c.name());
    else throw error(code::method_not_found, "This method is not supported.");
    if (c.method() == "resources/read") return find_readable(c, found);
    if (found) return *found;
    throw error(code::invalid_params, "There is no feature called \"" + std::string(c.name()) + "\".");
}

// The first resource or template that matches. If it is not listed now, no other template reads it:
// the host checked the scopes of the first one.
inline const feature& call_dispatcher::find_readable(call& c, const feature* found) const {
    for (auto each = offered_.features.begin(); !found && each != offered_.features.end(); ++each) {
        if (auto variables = each->match(c.name())) {
            c.set_variables(*std::move(variables));
            found = &*each;
        }
    }
    if (!found || !found->is_listed()) throw resource_not_found(c.name());
    return *found;
}

// A feature without a completer has no suggestions, which is not an error.
inline void call_dispatcher::complete(call& c) const {
    using kind = feature::kind;
    const json::value argument = c.params().at("argument");
    const bool of_prompt = c.params().at("ref").at("type").str() == "ref/prompt";
    const feature* found = offered_.find(of_prompt ? kind::prompt : kind::template_, c.name());
    if (!found && !of_prompt) found = offered_.find(kind::resource, c.name());

    std::vector<std::string> values;
    if (found && found->completion())
        values = found->completion()(c, argument.at("name").str(), argument.at("value").str());
    constexpr std::size_t max_values = 100;  // server/utilities/completion
    const std::size_t total = values.size();
    values.resize(std::min(total, max_values));
    c.finish(completion(values, total));
}

// A tool reports a failure to the model (isError); other features answer with a JSON-RPC error. The
// text of an unexpected exception goes only to the log.
inline void call_dispatcher::answer_exception(toolrack_call id, const toolrack_request& request) const noexcept {
    const bool of_tool = view(request.method) == "tools/call";
    const auto fail = [&](int error_code, const char* message) {
        if (of_tool) host_.finish(id, TOOLRACK_DONE, text(message).as_error().json());
        else host_.finish(id, TOOLRACK_FAILED, failure(error_code, message));
    };
    try {
        try {
            throw;
        } catch (const error& e) {
            host_.finish(id, TOOLRACK_FAILED, failure(e.code(), e.what(), e.data()));
        } catch (const tool_error& e) {
            fail(code::internal_error, e.what());
        } catch (const json::bad_value& e) {
            fail(code::invalid_params, e.what());
        } catch (...) {
            log_exception(request);
            fail(code::internal_error,
                 of_tool ? "The tool failed. The server's log says why."
                         : "The request failed. The server's log says why.");
        }
    } catch (...) {
        host_.finish(id, TOOLRACK_FAILED, out_of_memory);
    }
}

inline void call_dispatcher::log_exception(const toolrack_request& request) const noexcept {
    const auto write = [&](const char* what) {
        host_.log(severity::error, std::string(view(request.name)) + " threw: " + what);
    };
    try {
        try {
            throw;
        } catch (const std::exception& e) {
            write(e.what());
        } catch (...) {
            write("something that is not a std::exception");
        }
    } catch (...) {
        host_.log(severity::error, "a handler threw an exception");
    }
}

}  // namespace toolrack::detail
