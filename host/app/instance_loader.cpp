#include "app/instance_loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <toolrack/json.hpp>
#include <utility>

#include "app/plugin_discovery.hpp"
#include "base/digest.hpp"
#include "wire/json.hpp"

namespace toolrack::app {
namespace {

constexpr const char* env_token = "env-token";

// Passes the token to env-token in its options, because the environment is wiped before any library is opened. Tokens
// that the configuration names (a file or a credential) take precedence.
std::string add_token(const std::string& options, const std::string& variable, const secret& token) {
    const json::value given(options);
    if (given.find("tokens")) return options;
    std::string text = "{\"tokens\":";
    json::write_string(text, token.reveal());
    text += ",\"variable\":";
    json::write_string(text, variable);
    wire::append_members(text, given, {"variable"});
    text += '}';
    return text;
}

// A digest of everything besides its library that an instance is made from. A digest, because options may hold secrets.
std::string fingerprint_of(const config::plugin& settings, const config::server& server) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += std::to_string(part.size()) + ':' + part; };
    const auto add_all = [&add](const std::vector<std::string>& parts) {
        add(std::to_string(parts.size()));
        for (const auto& part : parts) add(part);
    };
    for (const auto& part : {settings.name, settings.prefix, settings.isolation, settings.options.json}) add(part);
    add(to_toml(settings.sandbox));
    for (const std::uint64_t number : {std::uint64_t{settings.required},
                                       std::uint64_t{settings.read_only},
                                       static_cast<std::uint64_t>(settings.timeout.count()),
                                       std::uint64_t{settings.threads},
                                       std::uint64_t{settings.queue},
                                       std::uint64_t{server.max_result},
                                       std::uint64_t{server.json_depth}})
        add(std::to_string(number));
    if (settings.scopes) add_all(*settings.scopes);
    for (const auto& rule : settings.tools) {
        add(rule.match);
        add(rule.scopes ? "scopes" : "");
        if (rule.scopes) add_all(*rule.scopes);
        add(rule.timeout ? std::to_string(rule.timeout->count()) : "");
    }
    auto digest = hex(sha256(text));
    wipe(text);
    return digest;
}

}  // namespace

void report_problem(load_report& report, log& log, std::string sentence) {
    log.error("{}", sentence);
    report.problems.push_back(std::move(sentence));
}

void report_not_served(load_report& report, log& log, const std::string& plugin, const std::string& reason) {
    report_problem(report, log, fmt::format("plugin {} is not served: {}", plugin, reason));
    ++report.not_served;
}

std::vector<loaded_instance> instance_loader::load_backends() const {
    std::vector<loaded_instance> loaded;
    for (const auto& one : settings_.auth.backends) loaded.push_back(load_backend(one));
    return loaded;
}

loaded_instance instance_loader::load_backend(const config::backend& backend) const {
    const auto unusable = [&](const std::string& reason) -> failure {
        return failure(to_string(settings_.auth.where) + ": the auth backend \"" + backend.library +
                       "\" cannot be used: " + reason);
    };
    const auto file = find_shipped_library("auth", backend.library);
    if (!file) throw unusable(file.error().why());

    config::plugin settings;
    settings.library = file->string();
    settings.name = backend.name;
    settings.isolation = "host";
    settings.where = settings_.auth.where;
    settings.options = backend.options;
    settings.sha256 = backend.sha256;
    if (settings.name == env_token)
        settings.options.json = add_token(settings.options.json, settings_.auth.variable, process_state_.token);

    auto loaded = load(settings, *file, previous_ ? &previous_->backends() : nullptr);
    if (!loaded) throw unusable(loaded.error().why());
    if (!loaded->instance->offers_auth()) throw unusable("it offers no authentication; is it a tool plugin?");
    return std::move(*loaded);
}

std::vector<loaded_instance> instance_loader::load_plugins(load_report& report) const {
    std::vector<loaded_instance> loaded;
    std::vector<std::string> warnings;
    for (const auto& found : discover_plugins(settings_, warnings)) {
        auto settings = found.settings;
        settings.read_only = settings.read_only || settings_.server.read_only;
        std::string reason = found.error;
        if (reason.empty()) {
            if (auto plugin = load_plugin(settings, found.library)) {
                loaded.push_back(std::move(*plugin));
                continue;
            } else {
                reason = found.library.string() + ": " + plugin.error().why();
            }
        }
        if (const auto* previous = find_previous_plugin(settings.name)) {
            report_problem(
                report,
                process_state_.log,
                fmt::format("plugin {}: keeping the previous version; the new one failed: {}", settings.name, reason));
            loaded.push_back(*previous);
            loaded.back().stale_reason = reason;
            continue;
        }
        if (settings.required)
            throw failure((settings.where.file.empty() ? found.library.string() : to_string(settings.where)) +
                          ": the required plugin \"" + settings.name + "\" cannot be served: " + reason);
        report_not_served(report, process_state_.log, settings.name, reason);
    }
    for (const auto& warning : warnings) process_state_.log.warning("{}", warning);
    return loaded;
}

result<loaded_instance, complaint> instance_loader::load_plugin(const config::plugin& settings,
                                                                const std::filesystem::path& file) const {
    auto loaded = load(settings, file, previous_ ? &previous_->plugins() : nullptr);
    if (loaded && !loaded->instance->offers_features())
        return complain("it offers no features; is it an auth backend?");
    return loaded;
}

result<loaded_instance, complaint> instance_loader::load(const config::plugin& settings,
                                                         const std::filesystem::path& file,
                                                         const std::vector<loaded_instance>* reusable) const {
    const auto library = process_state_.libraries.copy(file, settings.sha256);
    if (!library) return library.error();
    loaded_instance loaded{*library, fingerprint_of(settings, settings_.server), nullptr, {}};
    const auto is_reusable = [&](const loaded_instance& one) {
        return one.library == loaded.library && one.fingerprint == loaded.fingerprint && !one.instance->is_suspended();
    };
    if (reusable)
        if (const auto same = std::ranges::find_if(*reusable, is_reusable); same != reusable->end())
            loaded.instance = same->instance;
    if (loaded.instance) return loaded;
    auto instance = make_instance(*library, settings);
    if (!instance) return instance.error();
    loaded.instance = std::move(*instance);
    return loaded;
}

result<std::shared_ptr<plugin::instance>, complaint>
instance_loader::make_instance(const std::filesystem::path& library, const config::plugin& settings) const {
    const plugin::dependencies around{process_state_.log,
                                      process_state_.clock,
                                      process_state_.changes,
                                      settings_.server.max_result,
                                      settings_.server.json_depth,
                                      process_state_.state,
                                      process_state_.cgroups.get()};
    if (settings.isolation == "process")
        return plugin::make_worker_instance(process_state_.worker_program, library, settings, around);
    const auto opened = process_state_.libraries.open_copy(library);
    if (!opened) return opened.error();
    return plugin::make_host_instance(*opened, settings, around);
}

const loaded_instance* instance_loader::find_previous_plugin(const std::string& name) const {
    if (!previous_) return nullptr;
    const auto has_name = [&](const loaded_instance& one) { return one.instance->name() == name; };
    const auto found = std::ranges::find_if(previous_->plugins(), has_name);
    return found == previous_->plugins().end() ? nullptr : &*found;
}

}  // namespace toolrack::app
