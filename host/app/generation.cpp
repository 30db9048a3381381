#include "app/generation.hpp"

#include <toolrack/json.hpp>

#include "app/mounts.hpp"

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
    for (const auto& member : said) {
        if (member.key_is("variable")) continue;
        text += ',';
        json::write_string(text, member.key());
        text += ':';
        text += member.text();
    }
    text += '}';
    return text;
}

std::string resource_of(const config::settings& settings) {
    if (settings.server.public_url) return *settings.server.public_url;
    return "http://" + to_string(settings.server.listen.front()) + settings.server.path;
}

}  // namespace

hub::hub(const config::settings& settings, std::string program, toolrack::log& to)
    : log(to), token(take_from_environment(settings.auth.variable.c_str())), libraries(std::move(program), to),
      sessions(settings.server.sessions, settings.server.session_idle, clock) {}

generation::generation(const config::settings& settings, const start_options& options, hub& hub)
    : settings_(settings), hub_(hub) {
    refuse_unsafe_addresses(settings_);
    for (const auto& name : settings_.auth.backends)
        backends_.push_back(open_backend(name, name == settings_.auth.backends.front()));
    refuse_unsafe_backends(settings_, options, backends_);
    gate_ = std::make_unique<auth::gate>(backends_, resource_of(settings_), hub_.log);

    mount_plugins();
    mcp_ = std::make_unique<mcp::server>(*catalog_, hub_.sessions, hub_.log, hub_.clock);
}

generation::~generation() = default;

std::shared_ptr<plugin::instance> generation::open_backend(const std::string& name, bool first) {
    const auto refuse = [&](const std::string& why) -> failure {
        return failure(to_string(settings_.auth.where) + ": the auth backend \"" + name + "\" cannot be used: " + why);
    };
    const auto file = find_shipped("auth", name);
    if (!file) throw refuse(file.error().why());

    config::plugin settings;
    settings.library = file->string();
    settings.name = file->stem().string();
    settings.where = settings_.auth.where;
    if (first) settings.options = settings_.auth.options;
    if (settings.name == env_token)
        settings.options.json = with_token(settings.options.json, settings_.auth.variable, hub_.token);

    const auto library = hub_.libraries.open(*file);
    if (!library) throw refuse(library.error().why());
    const auto instance = plugin::make_host_instance(
        *library, settings, hub_.log, settings_.server.max_result, settings_.server.json_depth, hub_.clock);
    wipe(settings.options.json);
    if (!instance) throw refuse(instance.error().why());
    if (!(*instance)->offers_auth()) throw refuse("it offers no authentication; is it a tool plugin?");
    return *instance;
}

void generation::mount_plugins() {
    std::vector<std::string> warnings;
    std::vector<catalog::offer> offers;
    std::vector<catalog::omission> omissions;
    for (const auto& mount_point : find_mounts(settings_, warnings)) {
        const auto& settings = mount_point.settings;
        auto offer = mount_point.why_not.empty() ? mount(settings, mount_point.file)
                                                 : result<catalog::offer, complaint>(complain(mount_point.why_not));
        if (offer) {
            offers.push_back(std::move(*offer));
            continue;
        }
        if (settings.required)
            throw failure((settings.where.file.empty() ? mount_point.file.string() : to_string(settings.where)) +
                          ": the required plugin \"" + settings.name + "\" cannot be served: " + offer.error().why());
        omissions.push_back({settings.name, "the plugin is not served: " + offer.error().why()});
    }
    for (const auto& warning : warnings) hub_.log.warning("{}", warning);

    catalog_ = std::make_unique<catalog::catalog>(std::move(offers), settings_.server.page_size, omissions);
    for (const auto& omission : omissions) {
        for (const auto& one : plugins_)
            if (one->name() == omission.instance && one->settings().required)
                throw failure("The required plugin \"" + omission.instance + "\" is not whole: " + omission.sentence);
        hub_.log.error("plugin {}: {}", omission.instance, omission.sentence);
    }
    report_.left_out = omissions.size();
    for (const auto& one : plugins_) {
        std::size_t tools = 0;
        for (const auto& tool : catalog_->tools()) tools += tool.from == one;
        report_.served.push_back({one->name(), tools});
    }
}

result<catalog::offer, complaint> generation::mount(const config::plugin& settings,
                                                    const std::filesystem::path& file) {
    const auto library = hub_.libraries.open(file);
    if (!library) return complain(file.string() + ": " + library.error().why());
    auto instance = plugin::make_host_instance(
        *library, settings, hub_.log, settings_.server.max_result, settings_.server.json_depth, hub_.clock);
    if (!instance) return complain(file.string() + ": " + instance.error().why());
    auto offer = catalog::ask(*instance);
    if (!offer) return complain(file.string() + ": " + offer.error().why());
    plugins_.push_back(*instance);
    return offer;
}

bool generation::close(std::chrono::milliseconds grace) {
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
