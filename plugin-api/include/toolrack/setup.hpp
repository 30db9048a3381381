// The registration of an instance's features and handlers.
//
// The host calls the setup function once for each instance, on one thread. Features are fixed when
// it returns. The instance owns the handlers; they run concurrently and may share their captures. An
// exception from the setup function rejects the configuration, and the operator sees its message.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "toolrack/auth.hpp"
#include "toolrack/call.hpp"
#include "toolrack/detail/host_interface.hpp"
#include "toolrack/detail/registry.hpp"
#include "toolrack/error.hpp"
#include "toolrack/feature.hpp"
#include "toolrack/json.hpp"
#include "toolrack/schema.hpp"

namespace toolrack {

// Notifies clients of changes. A cheap handle: copies are allowed. Any thread may use it until the
// instance is destroyed.
class changes {
public:
    explicit changes(detail::host_interface& host) : host_(&host) {}

    // kind: "tool", "prompt" or "resource", which includes templates. The host lists again
    // (server/tools, List Changed Notification).
    void list_changed(std::string_view kind) const noexcept { host_->list_changed(kind); }
    // The resource has new contents (server/resources, Subscriptions).
    void resource_updated(std::string_view uri) const noexcept { host_->resource_updated(uri); }

private:
    detail::host_interface* host_;
};

// Reports the health of the instance in the server's status and metrics. It does not change how the
// host uses the instance; the last report holds. A cheap handle: copies are allowed. Any thread may
// use it until the instance is destroyed.
class health {
public:
    explicit health(detail::host_interface& host) : host_(&host) {}

    // reason: one sentence without secrets, such as "/etc/x.toml cannot be read: ...".
    void report_degraded(std::string_view reason) const noexcept { host_->report_degraded(reason); }
    void report_healthy() const noexcept { host_->report_degraded({}); }

private:
    detail::host_interface* host_;
};

// A feature& that a function returns is valid until the setup function returns.
class setup {
public:
    setup(detail::host_interface& host, detail::registry& registry, std::string_view options)
        : log(host), host_(host), registry_(registry), options_(options) {}

    // The instance's options, which match the schema in the plugin's description. Valid until the
    // setup function returns.
    json::value options() const { return json::value(options_); }

    feature& tool(std::string_view name, std::string_view description, const schema& input, handler run) {
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
            all.push(
                json::object({{"name", each.name}, {"description", each.description}, {"required", each.required}}));
        return add(feature::kind::prompt, "name", name, std::move(run)).description(description).set("arguments", all);
    }

    feature& resource(std::string_view uri, std::string_view name, std::string_view mime_type, handler run) {
        return add(feature::kind::resource, "uri", uri, std::move(run)).set("name", name).set("mimeType", mime_type);
    }

    // uri_template: in the syntax that uri_template.hpp supports. The handler reads the variables
    // with call::variable().
    feature& template_(std::string_view uri_template, std::string_view name, std::string_view mime_type, handler run) {
        return add(feature::kind::template_, "uriTemplate", uri_template, std::move(run))
            .set("name", name)
            .set("mimeType", mime_type);
    }

    // Resources that change at run time, as MCP definitions. The host calls list() at the start and
    // after changes().list_changed("resource"), on a thread of the lane. A template whose uris match
    // reads them.
    void more_resources(std::function<std::vector<json::text>()> list) { registry_.more_resources = std::move(list); }

    // Called on a thread of the lane: on is true for the first subscription to a resource, and
    // false when the last one has ended.
    void on_watch(std::function<void(std::string_view uri, bool on)> then) {
        registry_.watch_handler = std::move(then);
    }

    // Registers the auth backend; at most one for each instance. auth.hpp lists the handlers.
    template <class Handler>
    authenticator& auth(trait traits, Handler handler) {
        if (registry_.authenticator)
            throw setup_error("the plugin registered two auth handlers; an instance can have only one");
        return registry_.authenticator.emplace(traits, std::move(handler));
    }

    // Keeps an object alive that no handler captures, such as a thread that watches a file. It is
    // destroyed before the handlers, and its destructor joins its threads.
    void keep(std::shared_ptr<void> object) { registry_.kept.push_back(std::move(object)); }

    toolrack::changes changes() const { return toolrack::changes(host_); }
    toolrack::grants grants() const { return toolrack::grants(host_); }
    toolrack::health health() const { return toolrack::health(host_); }

    // Writes a line to the host's log: s.log(severity::info, "..."). Handlers may capture a copy.
    const toolrack::log log;

private:
    feature& add(feature::kind which, std::string_view named_by, std::string_view name, handler run) {
        feature& made = registry_.features.emplace_back(which, std::string(name), std::move(run));
        if (!registry_.by_name.emplace(std::pair(which, std::string_view(made.name())), &made).second)
            throw setup_error("the plugin registered the " + std::string(name_of(which)) + " \"" + std::string(name) +
                              "\" twice");
        return made.set(named_by, name);
    }

    detail::host_interface& host_;
    detail::registry& registry_;
    std::string_view options_;
};

}  // namespace toolrack
