#include "app/generation.hpp"

#include <toolrack/json.hpp>

#include "app/mounts.hpp"
#include "app/resource.hpp"
#include "wire/json.hpp"

namespace toolrack::app {
namespace {

constexpr const char* env_token = "env-token";

// The token goes to the backend through its options: a backend never reads the environment, which has
// been wiped by then. Options that bring tokens of their own (from a file or a credential) win.
std::string with_token(const std::string& options, const std::string& variable, const secret& token) {
    const json::value said(options);
    if (said.find("tokens")) return options;
    std::string text = "{\"tokens\":";
    json::write_string(text, token.reveal());
    text += ",\"variable\":";
    json::write_string(text, variable);
    wire::append_members(text, said, {"variable"});
    text += '}';
    return text;
}

}  // namespace

generation::generation(std::shared_ptr<const config::settings> settings, const start_options& options, hub& hub)
    : settings_(std::move(settings)), hub_(hub) {
    if (!options.stdio) {
        refuse_unsafe_addresses(*settings_);
        for (const auto& name : settings_->auth.backends)
            backends_.push_back(open_backend(name, name == settings_->auth.backends.front()));
        refuse_unsafe_backends(*settings_, options, backends_);
    }
    open_plugins();
    make_catalog();
}

generation::generation(const generation& before)
    : settings_(before.settings_), hub_(before.hub_), backends_(before.backends_), plugins_(before.plugins_) {
    make_catalog();
}

generation::~generation() = default;

std::shared_ptr<plugin::instance> generation::open_backend(const std::string& name, bool first) {
    const auto refuse = [&](const std::string& why) -> failure {
        return failure(to_string(settings_->auth.where) + ": the auth backend \"" + name + "\" cannot be used: " + why);
    };
    const auto file = find_shipped("auth", name);
    if (!file) throw refuse(file.error().why());

    config::plugin settings;
    settings.library = file->string();
    settings.name = file->stem().string();
    settings.where = settings_->auth.where;
    if (first) settings.options = settings_->auth.options;
    if (settings.name == env_token)
        settings.options.json = with_token(settings.options.json, settings_->auth.variable, hub_.token);

    auto opened = open_plugin(settings, *file);
    wipe(settings.options.json);
    if (!opened) throw refuse(opened.error().why());
    if (!(*opened)->offers_auth()) throw refuse("it offers no authentication; is it a tool plugin?");
    return *opened;
}

result<std::shared_ptr<plugin::instance>, complaint> generation::open_plugin(const config::plugin& settings,
                                                                             const std::filesystem::path& file) {
    const auto library = hub_.libraries.open(file);
    if (!library) return library.error();
    return plugin::make_host_instance(*library, settings,
                                      {hub_.log, hub_.clock, hub_.changes, settings_->server.max_result,
                                       settings_->server.json_depth});
}

void generation::open_plugins() {
    std::vector<std::string> warnings;
    for (const auto& mount : find_mounts(*settings_, warnings)) {
        const auto& settings = mount.settings;
        std::string why = mount.why_not;
        if (why.empty()) {
            auto opened = open_plugin(settings, mount.file);
            if (opened && (*opened)->offers_features()) {
                plugins_.push_back(*opened);
                continue;
            }
            why = mount.file.string() + ": " +
                  (opened ? "it offers no features; is it an auth backend?" : opened.error().why());
        }
        if (settings.required)
            throw failure((settings.where.file.empty() ? mount.file.string() : to_string(settings.where)) +
                          ": the required plugin \"" + settings.name + "\" cannot be served: " + why);
        leave_out(settings.name, why);
    }
    for (const auto& warning : warnings) hub_.log.warning("{}", warning);
}

void generation::make_catalog() {
    std::vector<catalog::omission> omissions;
    std::vector<catalog::offer> offers;
    for (const auto& one : plugins_) {
        auto offer = catalog::ask(one);
        if (offer) offers.push_back(std::move(*offer));
        else leave_out(one->name(), offer.error().why());
    }
    catalog_ = std::make_shared<const catalog::catalog>(std::move(offers), settings_->server.page_size, omissions);
    gate_ = std::make_unique<auth::gate>(backends_, resource_of(*settings_), hub_.log);
    mcp_ = std::make_shared<const mcp::server>(
        catalog_,
        mcp::surroundings{hub_.sessions, hub_.announcer, hub_.tasks, hub_.states, hub_.log, hub_.clock});
    report(omissions);
}

void generation::leave_out(const std::string& name, const std::string& why) {
    hub_.log.error("plugin {} is not served: {}", name, why);
    ++report_.left_out;
}

// Says what is not served, and ends the start when that must not be.
void generation::report(const std::vector<catalog::omission>& omissions) {
    for (const auto& omission : omissions) {
        for (const auto& one : plugins_)
            if (one->name() == omission.instance && one->settings().required)
                throw failure("The required plugin \"" + omission.instance + "\" is not whole: " + omission.sentence);
        hub_.log.error("plugin {}: {}", omission.instance, omission.sentence);
    }
    report_.left_out += omissions.size();
    for (const auto& one : plugins_) {
        served_plugin served{one->name(), {}};
        for (const auto& tool : catalog_->tools().entries())
            if (tool.from == one) served.tools.push_back(tool.name);
        for (const auto& prompt : catalog_->prompts().entries()) served.prompts += prompt.from == one;
        for (const auto& resource : catalog_->resources().entries()) served.resources += resource.from == one;
        for (const auto& pattern : catalog_->templates().entries()) served.resources += pattern.from == one;
        report_.served.push_back(std::move(served));
    }
}

bool generation::close(std::chrono::milliseconds grace) const {
    bool all_came_back = true;
    for (const auto* group : {&plugins_, &backends_}) {
        for (const auto& one : *group) {
            if (one->close(grace)) continue;
            all_came_back = false;
            hub_.log.error("plugin {}: a call never came back from it", one->name());
        }
    }
    return all_came_back;
}

}  // namespace toolrack::app
