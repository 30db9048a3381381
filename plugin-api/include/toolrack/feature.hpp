// A feature that clients can list and call: a tool, prompt, resource or resource template.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "toolrack/call.hpp"
#include "toolrack/json.hpp"
#include "toolrack/result.hpp"
#include "toolrack/schema.hpp"
#include "toolrack/uri_template.hpp"

namespace toolrack {

// The function that answers a call, with one of two signatures: result(call&) answers when it
// returns; void(call) owns the call and answers later. It runs concurrently on the threads of the
// lane, and for a quick feature on any thread.
class handler {
public:
    template <class Function>
        requires(!std::same_as<std::remove_cvref_t<Function>, handler>)
    handler(Function&& function) {
        using plain = std::decay_t<Function>;
        // Shared, because std::function requires a copyable function.
        auto shared = std::make_shared<plain>(std::forward<Function>(function));
        if constexpr (std::is_invocable_r_v<result, plain&, call&>) {
            run_ = [shared](call& c) { c.finish((*shared)(c)); };
        } else {
            static_assert(std::is_invocable_v<plain&, call>, "a handler is result(call&) or void(call)");
            static_assert(std::is_void_v<std::invoke_result_t<plain&, call>>,
                          "a handler that takes the call answers with call::finish()");
            run_ = [shared](call& c) { (*shared)(std::move(c)); };
        }
    }

    void operator()(call& c) const { run_(c); }

private:
    std::function<void(call&)> run_;
};

// Returns the completions of an argument whose text so far is `typed`, best first. The first 100
// are sent (server/utilities/completion).
using completer = std::function<std::vector<std::string>(call&, std::string_view argument, std::string_view typed)>;

struct argument {
    std::string_view name;
    std::string_view description = {};
    bool required = true;
};

// Configured only during the setup; every function returns *this.
class feature {
public:
    enum class kind { tool, prompt, resource, template_ };

    feature(kind what, std::string name, handler run) : kind_(what), name_(std::move(name)), run_(std::move(run)) {
        if (kind_ == kind::template_) pattern_.emplace(name_);
    }

    // ---- for every kind ----

    feature& title(std::string_view text) { return set("title", text); }
    feature& description(std::string_view text) { return set("description", text); }
    // size: "48x48" or "any". May be called several times.
    feature& icon(std::string_view source, std::string_view mime_type = {}, std::string_view size = {});
    feature& meta(const json::text& object) { return set("_meta", object); }
    // The scopes that a caller needs, unless the configuration defines others (CONTRACT.md, H12).
    feature& scopes(std::initializer_list<std::string_view> words) {
        attributes_.add("scopes", json::array(words));
        return *this;
    }
    // The handler never blocks: it may run on an I/O thread (CONTRACT.md, P6).
    feature& quick() {
        attributes_.add("quick", true);
        return *this;
    }

    // Lists the feature only while is_available() is true; any thread calls it. Call
    // changes().list_changed() when its result changes. Calls of a tool or prompt still arrive, since
    // a client may have the old list; a resource is then not found.
    feature& listed_while(std::function<bool()> is_available) {
        is_available_ = std::move(is_available);
        return *this;
    }

    // ---- for tools: hints to the client (server/tools, Tool) ----

    feature& output(const schema& what) { return set("outputSchema", what.json()); }
    feature& read_only() { return hint("readOnlyHint", true); }
    feature& destructive(bool yes = true) { return hint("destructiveHint", yes); }
    feature& idempotent() { return hint("idempotentHint", true); }
    feature& open_world(bool yes = true) { return hint("openWorldHint", yes); }
    // The tool can ("optional") or must ("required") run as a task.
    feature& task(std::string_view support) {
        attributes_.add("task", support);
        return *this;
    }

    // ---- for prompts, resources and templates ----

    feature& complete(completer function) {
        completer_ = std::move(function);
        return *this;
    }
    // For resources and templates: "audience", "priority", "lastModified".
    feature& annotations(const json::text& what) { return set("annotations", what); }
    feature& size(std::uint64_t bytes) { return set("size", bytes); }

    // Sets any member of the MCP definition, and replaces an earlier value.
    feature& set(std::string_view member, const json::text& what);

    // ---- for the SDK ----

    kind which() const { return kind_; }
    const std::string& name() const { return name_; }
    const handler& run() const { return run_; }
    const completer& completion() const { return completer_; }
    std::optional<uri_template::variables> match(std::string_view uri) const {
        return pattern_ ? pattern_->match(uri) : std::nullopt;
    }
    json::text definition() const;
    bool is_listed() const { return !is_available_ || is_available_(); }
    const json::text& attributes() const { return attributes_; }

private:
    feature& hint(std::string_view name, bool yes) {
        hints_.add(name, yes);
        return *this;
    }

    kind kind_;
    std::string name_;  // of a resource its uri, of a template its uri template
    handler run_;
    completer completer_;
    std::function<bool()> is_available_;  // empty: always listed
    std::optional<uri_template> pattern_;
    std::vector<std::pair<std::string, json::text>> members_;
    json::text hints_ = json::object();
    json::text icons_ = json::array();
    json::text attributes_ = json::object();
};

inline const char* name_of(feature::kind which) {
    switch (which) {
    case feature::kind::tool: return "tool";
    case feature::kind::prompt: return "prompt";
    case feature::kind::resource: return "resource";
    case feature::kind::template_: return "template";
    }
    return "tool";
}

inline feature& feature::icon(std::string_view source, std::string_view mime_type, std::string_view size) {
    json::text one = json::object({{"src", source}});
    if (!mime_type.empty()) one.add("mimeType", mime_type);
    if (!size.empty()) one.add("sizes", json::array({size}));
    icons_.push(one);
    return set("icons", icons_);
}

inline feature& feature::set(std::string_view member, const json::text& what) {
    for (auto& [name, value] : members_) {
        if (name == member) {
            value = what;
            return *this;
        }
    }
    members_.emplace_back(member, what);
    return *this;
}

inline json::text feature::definition() const {
    json::text all = json::object();
    for (const auto& [name, value] : members_) all.add(name, value);
    if (hints_.read().size() != 0) all.add("annotations", hints_);
    return all;
}

}  // namespace toolrack
