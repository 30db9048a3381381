#include "app/generation_loader.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "app/instance_loader.hpp"
#include "app/resource_uri.hpp"

namespace toolrack::app {
namespace {

std::vector<std::shared_ptr<plugin::instance>> instances_of(const std::vector<loaded_instance>& loaded) {
    std::vector<std::shared_ptr<plugin::instance>> instances;
    for (const auto& one : loaded) instances.push_back(one.instance);
    return instances;
}

// A journal of the same file is kept across generations, because its sequence numbers continue.
std::shared_ptr<const audit::audit_policy> make_audit_policy(const config::settings& settings,
                                                             std::uint64_t number,
                                                             process_state& process_state,
                                                             const generation* previous) {
    const auto& audit = settings.audit;
    if (!audit) return std::make_shared<const audit::audit_policy>();
    auto journal = previous ? previous->audit_policy().shared_journal() : nullptr;
    if (!journal || journal->path() != audit->path)
        journal = std::make_shared<audit::journal>(audit->path, process_state.log);
    secret key;
    if (audit->arguments == config::audit::arguments::digest)
        key = process_state.load_or_make_key("audit.key", "digests of arguments cannot be compared over");
    return std::make_shared<const audit::audit_policy>(std::move(journal), *audit, number, std::move(key));
}

// The OAuth metadata of the backends. A backend whose metadata is invalid is not trusted to authenticate either.
auth::protected_resource read_protected_resource(const config::settings& settings,
                                                 const std::vector<loaded_instance>& backends) {
    const auto unusable = [&](const loaded_instance& backend, const std::string& reason) {
        return failure(to_string(settings.auth.where) + ": the auth backend \"" + backend.instance->name() +
                       "\" cannot be used: " + reason);
    };
    std::vector<std::string> metadata;
    for (const auto& one : backends) {
        auto json = one.instance->auth_metadata();
        if (!json) throw unusable(one, json.error().why());
        metadata.push_back(std::move(*json));
    }
    auto resource = auth::protected_resource::read(resource_uri(settings), metadata);
    if (!resource) throw unusable(backends[resource.error().backend], resource.error().why);
    return std::move(*resource);
}

void report_omissions(generation::parts& made, const std::vector<catalog::omission>& omissions, log& log) {
    for (const auto& omission : omissions) {
        for (const auto& one : made.plugins)
            if (one.instance->name() == omission.instance && one.instance->settings().required)
                throw failure("The required plugin \"" + omission.instance +
                              "\" cannot be served completely: " + omission.sentence);
        report_problem(made.report, log, fmt::format("plugin {}: {}", omission.instance, omission.sentence));
    }
    made.report.not_served += omissions.size();
}

void report_served(generation::parts& made) {
    for (const auto& one : made.plugins) {
        load_report::served_plugin served{one.instance->name(), {}};
        for (const auto& tool : made.catalog->tools().entries())
            if (tool.from == one.instance) served.tools.push_back(tool.name);
        for (const auto& prompt : made.catalog->prompts().entries()) served.prompts += prompt.from == one.instance;
        for (const auto& resource : made.catalog->resources().entries())
            served.resources += resource.from == one.instance;
        for (const auto& pattern : made.catalog->templates().entries())
            served.resources += pattern.from == one.instance;
        made.report.served.push_back(std::move(served));
    }
}

std::vector<catalog::offer> list_features(generation::parts& made, log& log) {
    std::vector<catalog::offer> offers;
    for (const auto& one : made.plugins) {
        auto offer = catalog::list_features(one.instance);
        if (offer) offers.push_back(std::move(*offer));
        else report_not_served(made.report, log, one.instance->name(), offer.error().why());
    }
    return offers;
}

// Settings that are valid but perhaps not what the operator meant.
void log_advice(const std::vector<catalog::offer>& offers, log& log) {
    for (const auto& offer : offers) {
        for (const auto& warning : offer.warnings) log.warning("{}", warning);
        if (!offer.withheld.empty())
            log.info("read-only: not served, because they do not declare readOnlyHint: {}",
                     fmt::join(offer.withheld, ", "));
    }
}

void build_catalog(generation::parts& made, std::vector<catalog::offer> offers, process_state& process_state) {
    std::vector<catalog::omission> omissions;
    made.catalog =
        std::make_shared<const catalog::catalog>(std::move(offers), made.settings->server.page_size, omissions);
    report_omissions(made, omissions, process_state.log);
    report_served(made);
}

void build_gate(generation::parts& made, process_state& process_state) {
    const auto& settings = *made.settings;
    made.gate = std::make_unique<const auth::gate>(instances_of(made.backends),
                                                   auth::gate::rules{resource_uri(settings),
                                                                     settings.auth.shared_subjects,
                                                                     settings.server.calls.failures_per_minute},
                                                   auth::gate::dependencies{process_state.open_streams,
                                                                            process_state.remembered_grants,
                                                                            process_state.usage_table,
                                                                            process_state.throttle,
                                                                            process_state.clock,
                                                                            process_state.log,
                                                                            &process_state.registry});
}

void build_server(generation::parts& made, process_state& process_state) {
    made.mcp = std::make_shared<const mcp::endpoint>(made.catalog,
                                                     mcp::dependencies{process_state.sessions,
                                                                       process_state.notifier,
                                                                       process_state.tasks,
                                                                       process_state.open_streams,
                                                                       process_state.seal,
                                                                       process_state.log,
                                                                       process_state.clock,
                                                                       &process_state.registry},
                                                     made.caller_limits,
                                                     made.resource.url(),
                                                     made.audit_policy);
}

}  // namespace

std::shared_ptr<const generation> load_generation(std::shared_ptr<const config::settings> settings,
                                                  const start_options& options,
                                                  process_state& process_state,
                                                  const generation* previous) {
    generation::parts made{.settings = settings,
                           .caller_limits = auth::caller_limits(settings->server.calls),
                           .number = ++process_state.generations};
    made.audit_policy = make_audit_policy(*settings, made.number, process_state, previous);
    const instance_loader loader(*settings, process_state, previous);
    if (!options.stdio) {
        refuse_unsafe_addresses(*settings);
        made.backends = loader.load_backends();
        refuse_unsafe_backends(*settings, options, instances_of(made.backends));
        made.resource = read_protected_resource(*settings, made.backends);
    }
    made.plugins = loader.load_plugins(made.report);
    made.of_instances = made.report;
    auto offers = list_features(made, process_state.log);
    log_advice(offers, process_state.log);
    build_catalog(made, std::move(offers), process_state);
    build_gate(made, process_state);
    build_server(made, process_state);
    return std::make_shared<const generation>(std::move(made));
}

std::shared_ptr<const generation> with_lists_read_again(const generation& previous, process_state& process_state) {
    generation::parts made{.settings = previous.shared_settings(),
                           .caller_limits = previous.caller_limits(),
                           .number = ++process_state.generations,
                           .backends = previous.backends(),
                           .plugins = previous.plugins(),
                           .resource = previous.resource(),
                           .of_instances = previous.report_of_instances(),
                           .report = previous.report_of_instances()};
    made.audit_policy = make_audit_policy(*made.settings, made.number, process_state, &previous);
    build_catalog(made, list_features(made, process_state.log), process_state);
    build_gate(made, process_state);
    build_server(made, process_state);
    return std::make_shared<const generation>(std::move(made));
}

}  // namespace toolrack::app
