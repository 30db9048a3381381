// The desk where a call arrives: finds who handles it, and sees that it is answered whatever the
// handler does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolrack/call.hpp"
#include "toolrack/detail/host_side.hpp"
#include "toolrack/detail/registry.hpp"
#include "toolrack/error.hpp"
#include "toolrack/result.hpp"

namespace toolrack::detail {

class desk {
public:
    desk(host_side& host, const registry& offered) : host_(host), offered_(offered) {}

    void start(toolrack_call id, const toolrack_request& request) const noexcept;

private:
    void route(call& c) const;
    const feature& addressee(call& c) const;
    const feature& reader(call& c, const feature* found) const;
    void complete(call& c) const;
    void answer_exception(toolrack_call id, const toolrack_request& request) const noexcept;
    void log_exception(const toolrack_request& request) const noexcept;

    host_side& host_;
    const registry& offered_;
};

// Either the handler answered, or it left the answer to us, or it took the call elsewhere.
inline void desk::start(toolrack_call id, const toolrack_request& request) const noexcept {
    call c(host_, id, request);
    const handover handed(host_, id);
    const auto is_ours = [&] { return c.release() != 0 || handed.was_dropped(); };
    try {
        route(c);
        if (is_ours()) host_.finish(id, TOOLRACK_FAILED, not_answered);
    } catch (...) {
        if (is_ours())
            answer_exception(id, request);
        else
            log_exception(request);
    }
}

inline void desk::route(call& c) const {
    if (c.method() == "completion/complete")
        complete(c);
    else
        addressee(c).run()(c);
}

inline const feature& desk::addressee(call& c) const {
    using kind = feature::kind;
    const feature* found = nullptr;
    if (c.method() == "tools/call")
        found = offered_.find(kind::tool, c.name());
    else if (c.method() == "prompts/get")
        found = offered_.find(kind::prompt, c.name());
    else if (c.method() == "resources/read")
        found = offered_.find(kind::resource, c.name());
    else
        throw error(code::method_not_found, "This method is not supported.");
    if (c.method() == "resources/read") return reader(c, found);
    if (found) return *found;
    throw error(code::invalid_params,
                "There is nothing called \"" + std::string(c.name()) + "\" here.");
}

// What is not listed now is not read through another template either: the host let the caller in
// by the scopes of that one.
inline const feature& desk::reader(call& c, const feature* found) const {
    for (auto each = offered_.features.begin(); !found && each != offered_.features.end(); ++each) {
        if (auto variables = each->match(c.name())) {
            c.set_variables(*std::move(variables));
            found = &*each;
        }
    }
    if (!found || !found->is_listed()) throw resource_not_found(c.name());
    return *found;
}

// Without a completer there is nothing to suggest, which is no error.
inline void desk::complete(call& c) const {
    using kind = feature::kind;
    const json::value asked = c.params().at("argument");
    const bool of_prompt = c.params().at("ref").at("type").str() == "ref/prompt";
    const feature* found = offered_.find(of_prompt ? kind::prompt : kind::template_, c.name());
    if (!found && !of_prompt) found = offered_.find(kind::resource, c.name());

    std::vector<std::string> values;
    if (found && found->completion())
        values = found->completion()(c, asked.at("name").str(), asked.at("value").str());
    constexpr std::size_t most = 100;  // server/utilities/completion
    const std::size_t total = values.size();
    values.resize(std::min(total, most));
    c.finish(completion(values, total));
}

// Only tools can answer a failure to the model (isError); for the rest it is a JSON-RPC error.
// What an exception says that was not meant for the client goes to the log alone.
inline void desk::answer_exception(toolrack_call id,
                                   const toolrack_request& request) const noexcept {
    const bool of_tool = view(request.method) == "tools/call";
    const auto tell = [&](int error_code, const char* message) {
        if (of_tool)
            host_.finish(id, TOOLRACK_DONE, text(message).as_error().json());
        else
            host_.finish(id, TOOLRACK_FAILED, failure(error_code, message));
    };
    try {
        try {
            throw;
        } catch (const error& e) {
            host_.finish(id, TOOLRACK_FAILED, failure(e.code(), e.what(), e.data()));
        } catch (const tool_error& e) {
            tell(code::internal_error, e.what());
        } catch (const json::bad_value& e) {
            tell(code::invalid_params, e.what());
        } catch (...) {
            log_exception(request);
            tell(code::internal_error,
                 of_tool ? "The tool failed. The server's log says why."
                         : "The request failed. The server's log says why.");
        }
    } catch (...) {
        host_.finish(id, TOOLRACK_FAILED, out_of_memory);
    }
}

inline void desk::log_exception(const toolrack_request& request) const noexcept {
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
