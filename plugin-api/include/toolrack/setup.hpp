// What a plugin says once, when an instance of it is made: what it offers, and how it answers.
//
// The setup is over when the plugin's function returns; afterwards features are fixed. Handlers
// stay, and may share what they capture. Throw to refuse: the sentence is shown to the operator.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "toolrack/auth.hpp"
#include "toolrack/call.hpp"
#include "toolrack/detail/host_side.hpp"
#include "toolrack/detail/registry.hpp"
#include "toolrack/error.hpp"
#include "toolrack/feature.hpp"
#include "toolrack/json.hpp"
#include "toolrack/schema.hpp"

namespace toolrack {

// Telling clients that something is different now. Copy it to wherever it is needed; any thread
// may use it until the instance is destroyed.
class changes {
public:
    explicit changes(detail::host_side& host) : host_(&host) {}

    // kind: "tool", "prompt" or "resource".
    void list_changed(std::string_view kind) const noexcept { host_->list_changed(kind); }
    void resource_updated(std::string_view uri) const noexcept { host_->resource_updated(uri); }

private:
    detail::host_side* host_;
};

// Telling operators that something is wrong, or is not any more, while the instance goes on serving:
// they see it in the server's status and metrics. The last word counts. Copy it to wherever it is
// needed; any thread may use it until the instance is destroyed.
class health {
public:
    explicit health(detail::host_side& host) : host_(&host) {}

    // One sentence, without a secret in it: health.ails("/etc/x.toml cannot be read: ...").
    void report_degraded(std::string_view what) const noexcept { host_->report_degraded(what); }
    void is_well() const noexcept { host_->report_degraded({}); }

private:
    detail::host_side* host_;
};

class setup {
public:
    setup(detail::host_side& host, detail::registry& registry, std::string_view options)
        : log(host), host_(host), registry_(registry), options_(options) {}

    // The instance's options, checked against the plugin's schema of them. Only until the setup
    // is over.
    json::value options() const { return json::value(options_); }

    feature&
    tool(std::string_view name, std::string_view description, const schema& input, handler run) {
        return add(feature::kind::tool, "name", name, std::move(run))
            .description(description)
            .set("inputSchema", input.json());
    }

    feature& prompt(std::string_view name,
                    std::string_view description,
                    std::initializer_list<argument> arguments,
                    handler run) {
        json::text all = json::array();
        for (const argument& each : arguments)
            all.push(json::object({{"name", each.name},
                                   {"description", each.description},
                                   {"required", each.required}}));
        return add(feature::kind::prompt, "name", name, std::move(run))
            .description(description)
            .set("arguments", all);
    }

    feature&
    resource(std::string_view uri, std::string_view name, std::string_view mime_type, handler run) {
        return add(feature::kind::resource, "uri", uri, std::move(run))
            .set("name", name)
            .set("mimeType", mime_type);
    }

    // uri_template: see uri_template.hpp for what it may hold; call::variable() for what it gives.
    feature& template_(std::string_view uri_template,
                       std::string_view name,
                       std::string_view mime_type,
                       handler run) {
        return add(feature::kind::template_, "uriTemplate", uri_template, std::move(run))
            .set("name", name)
            .set("mimeType", mime_type);
    }

    // Resources that come and go: MCP definitions, made anew whenever the host lists, which it does
    // after changes().list_changed("resource"). They are read through the template that fits them.
    void more_resources(std::function<std::vector<json::text>()> list) {
        registry_.more_resources = std::move(list);
    }

    // Called when the first client subscribes to a resource, and when the last one leaves.
    void on_watch(std::function<void(std::string_view uri, bool on)> then) {
        registry_.watcher = std::move(then);
    }

    // One backend for an instance.
    template <class Handler>
    authenticator& auth(trait traits, Handler handler) {
        if (registry_.authenticator)
            throw setup_error("the plugin registered two auth handlers; one instance has one");
        return registry_.authenticator.emplace(traits, std::move(handler));
    }

    // Keeps something alive that no handler captures, such as a thread that watches a file. It is
    // destroyed first, and must have joined its threads by then.
    void keep(std::shared_ptr<void> what) { registry_.kept.push_back(std::move(what)); }

    toolrack::changes changes() const { return toolrack::changes(host_); }
    toolrack::grants grants() const { return toolrack::grants(host_); }
    toolrack::health health() const { return toolrack::health(host_); }

    // A line in the host's log: s.log(severity::info, "..."). Handlers may capture a copy.
    const toolrack::log log;

private:
    feature&
    add(feature::kind which, std::string_view named_by, std::string_view name, handler run) {
        feature& made = registry_.features.emplace_back(which, std::string(name), std::move(run));
        if (!registry_.by_name.emplace(std::pair(which, std::string_view(made.name())), &made)
                 .second)
            throw setup_error("the plugin registered the " + std::string(name_of(which)) + " \"" +
                              std::string(name) + "\" twice");
        return made.set(named_by, name);
    }

    detail::host_side& host_;
    detail::registry& registry_;
    std::string_view options_;
};

}  // namespace toolrack
