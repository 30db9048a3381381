#include "app/generation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include <toolrack/json.hpp>

#include "app/mounts.hpp"
#include "app/resource.hpp"
#include "base/digest.hpp"
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

// All that an instance is made of besides its library; hashed, because options may hold secrets.
std::string fingerprint(const config::plugin& settings, const config::server& server) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += std::to_string(part.size()) + ':' + part; };
    const auto add_all = [&add](const std::vector<std::string>& parts) {
        add(std::to_string(parts.size()));
        for (const auto& part : parts) add(part);
    };
    for (const auto& part : {settings.name, settings.prefix, settings.isolation, settings.options.json}) add(part);
    add(to_toml(settings.sandbox));
    for (const std::uint64_t number :
         {std::uint64_t{settings.required}, std::uint64_t{settings.read_only},
          static_cast<std::uint64_t>(settings.timeout.count()), std::uint64_t{settings.threads},
          std::uint64_t{settings.queue}, std::uint64_t{server.max_result}, std::uint64_t{server.json_depth}})
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

template <typename Mounted>
std::vector<std::shared_ptr<plugin::instance>> instances_of(const std::vector<Mounted>& mounted) {
    std::vector<std::shared_ptr<plugin::instance>> all;
    for (const auto& one : mounted) all.push_back(one.instance);
    return all;
}

}  // namespace

generation::generation(std::shared_ptr<const config::settings> settings,
                       const start_options& options,
                       process_state& process_state,
                       const generation* before)
    : settings_(std::move(settings)), process_state_(process_state), allowance_(settings_->server.calls) {
    open_audit(before);
    if (!options.stdio) {
        refuse_unsafe_addresses(*settings_);
        for (const auto& one : settings_->auth.backends) backends_.push_back(open_backend(one, before));
        refuse_unsafe_backends(*settings_, options, instances_of(backends_));
        read_resource();
    }
    open_plugins(before);
    mounting_ = report_;
    make_catalog(because::of_the_start);
}

generation::generation(const generation& before)
    : settings_(before.settings_), process_state_(before.process_state_), backends_(before.backends_), plugins_(before.plugins_),
      resource_(before.resource_), allowance_(before.allowance_), report_(before.mounting_),
      mounting_(before.mounting_) {
    open_audit(&before);
    make_catalog(because::of_a_change);
}

generation::~generation() = default;

generation::mounted generation::open_backend(const config::backend& wanted, const generation* before) {
    const auto refuse = [&](const std::string& why) -> failure {
        return failure(to_string(settings_->auth.where) + ": the auth backend \"" + wanted.library +
                       "\" cannot be used: " + why);
    };
    const auto file = find_shipped("auth", wanted.library);
    if (!file) throw refuse(file.error().why());

    config::plugin settings;
    settings.library = file->string();
    settings.name = wanted.name;
    settings.isolation = "host";
    settings.where = settings_->auth.where;
    settings.options = wanted.options;
    settings.sha256 = wanted.sha256;
    if (settings.name == env_token)
        settings.options.json = with_token(settings.options.json, settings_->auth.variable, process_state_.token);

    auto opened = open(settings, *file, before ? &before->backends_ : nullptr);
    if (!opened) throw refuse(opened.error().why());
    if (!opened->instance->offers_auth()) throw refuse("it offers no authentication; is it a tool plugin?");
    return *opened;
}

// One file is one journal, however often the configuration is read: its numbers go on.
void generation::open_audit(const generation* before) {
    number_ = ++process_state_.generations;
    const auto& wanted = settings_->audit;
    if (!wanted) {
        audit_policy_ = std::make_shared<const audit::audit_policy>();
        return;
    }
    auto journal = before ? before->audit_policy_->journal_kept() : nullptr;
    if (!journal || journal->path() != wanted->path) journal = std::make_shared<audit::journal>(wanted->path, process_state_.log);
    secret key;
    if (wanted->arguments == config::audit::arguments::digest)
        key = process_state_.own_key("audit.key", "digests of arguments cannot be compared over");
    audit_policy_ = std::make_shared<const audit::audit_policy>(std::move(journal), *wanted, number_, std::move(key));
}

// What the backends have OAuth clients know. One that cannot say it well is not to be trusted with the lock.
void generation::read_resource() {
    const auto refuse = [&](const plugin::instance& backend, const std::string& why) {
        throw failure(to_string(settings_->auth.where) + ": the auth backend \"" + backend.name() +
                      "\" cannot be used: " + why);
    };
    std::vector<std::string> said;
    for (const auto& one : backends_) {
        auto json = one.instance->auth_metadata();
        if (!json) refuse(*one.instance, json.error().why());
        said.push_back(std::move(*json));
    }
    auto read = auth::protected_resource::read(resource_of(*settings_), said);
    if (!read) refuse(*backends_[read.error().backend].instance, read.error().why);
    resource_ = std::move(*read);
}

result<generation::mounted, complaint> generation::open(const config::plugin& settings,
                                                        const std::filesystem::path& file,
                                                        const std::vector<mounted>* before) {
    const auto code = process_state_.libraries.keep(file, settings.sha256);
    if (!code) return code.error();
    mounted made{*code, fingerprint(settings, settings_->server), nullptr, {}};
    // One that was given up on has another chance.
    if (before)
        for (const auto& one : *before)
            if (one.code == made.code && one.settings == made.settings && !one.instance->is_suspended()) {
                made.instance = one.instance;
                return made;
            }
    auto instance = make(*code, settings);
    if (!instance) return instance.error();
    made.instance = std::move(*instance);
    return made;
}

result<std::shared_ptr<plugin::instance>, complaint> generation::make(const std::filesystem::path& code,
                                                                      const config::plugin& settings) const {
    const plugin::dependencies around{process_state_.log, process_state_.clock, process_state_.changes, settings_->server.max_result,
                                      settings_->server.json_depth, process_state_.state, process_state_.groups.get()};
    if (settings.isolation == "process") return plugin::make_worker_instance(process_state_.worker, code, settings, around);
    const auto library = process_state_.libraries.open_kept(code);
    if (!library) return library.error();
    return plugin::make_host_instance(*library, settings, around);
}

void generation::open_plugins(const generation* before) {
    std::vector<std::string> warnings;
    for (const auto& mount : find_mounts(*settings_, warnings)) {
        auto settings = mount.settings;
        settings.read_only = settings.read_only || settings_->server.read_only;
        std::string why = mount.why_not;
        if (why.empty()) {
            auto opened = open(settings, mount.file, before ? &before->plugins_ : nullptr);
            if (opened && opened->instance->offers_features()) {
                plugins_.push_back(std::move(*opened));
                continue;
            }
            why = mount.file.string() + ": " +
                  (opened ? "it offers no features; is it an auth backend?" : opened.error().why());
        }
        if (const auto* one = before ? before->find_plugin(settings.name) : nullptr) {
            complain_of(fmt::format("plugin {} stays as it was, for as it is now it cannot be served: {}",
                                    settings.name, why));
            plugins_.push_back(*one);
            plugins_.back().stale = why;
            continue;
        }
        if (settings.required)
            throw failure((settings.where.file.empty() ? mount.file.string() : to_string(settings.where)) +
                          ": the required plugin \"" + settings.name + "\" cannot be served: " + why);
        leave_out(settings.name, why);
    }
    for (const auto& warning : warnings) process_state_.log.warning("{}", warning);
}

const generation::mounted* generation::find_plugin(const std::string& name) const {
    for (const auto& one : plugins_)
        if (one.instance->name() == name) return &one;
    return nullptr;
}

std::vector<generation::member> generation::members() const {
    std::vector<member> all;
    for (const auto& one : backends_) all.push_back({*one.instance, true, one.stale});
    for (const auto& one : plugins_) all.push_back({*one.instance, false, one.stale});
    return all;
}

bool generation::has_instances_of(const generation& before) const noexcept {
    const auto same = [](const mounted& one, const mounted& other) { return one.instance == other.instance; };
    return std::ranges::equal(plugins_, before.plugins_, same) && std::ranges::equal(backends_, before.backends_, same);
}

void generation::take_over_from(const generation& before) const {
    if (const auto& journal = audit_policy_->journal_kept()) journal->look_again();  // it may be the end of a rotation
    const auto& now = settings_->server;
    const auto& then = before.settings_->server;
    if (!config::serves_alike(now, then))
        process_state_.log.warning("[server] or [limits] says something new about addresses, hosts, threads or connections, "
                         "which only a restart changes");
    for (const auto& old : before.backends_) {
        const auto stays = [&old](const mounted& one) { return one.instance == old.instance; };
        if (std::ranges::none_of(backends_, stays)) process_state_.open_streams.close_revoked(old.instance->name(), {});
    }
}

void generation::make_catalog(because reason) {
    std::vector<catalog::omission> omissions;
    std::vector<catalog::offer> offers;
    for (const auto& one : plugins_) {
        auto offer = catalog::ask(one.instance);
        if (offer) offers.push_back(std::move(*offer));
        else leave_out(one.instance->name(), offer.error().why());
    }
    if (reason == because::of_the_start) advise(offers);
    catalog_ = std::make_shared<const catalog::catalog>(std::move(offers), settings_->server.page_size, omissions);
    gate_ = std::make_unique<auth::gate>(
        instances_of(backends_),
        auth::gate::rules{resource_of(*settings_), settings_->auth.same_people,
                          settings_->server.calls.failures_per_minute},
        auth::gate::dependencies{process_state_.open_streams, process_state_.accounts, process_state_.throttle, process_state_.clock, process_state_.log, &process_state_.figures});
    mcp_ = std::make_shared<const mcp::server>(
        catalog_,
        mcp::dependencies{process_state_.sessions, process_state_.notifier, process_state_.tasks, process_state_.open_streams, process_state_.states, process_state_.log, process_state_.clock,
                          &process_state_.figures},
        allowance_, resource_.url(), audit_policy_);
    report(omissions);
}

// What is as the configuration says, and perhaps not as it was meant.
void generation::advise(const std::vector<catalog::offer>& offers) const {
    for (const auto& offer : offers) {
        for (const auto& doubt : offer.doubts) process_state_.log.warning("{}", doubt);
        if (!offer.withheld.empty())
            process_state_.log.info("read-only: not served, because they do not say that they change nothing: {}",
                          fmt::format("{}", fmt::join(offer.withheld, ", ")));
    }
}

void generation::complain_of(std::string sentence) {
    process_state_.log.error("{}", sentence);
    report_.complaints.push_back(std::move(sentence));
}

void generation::leave_out(const std::string& name, const std::string& why) {
    complain_of(fmt::format("plugin {} is not served: {}", name, why));
    ++report_.left_out;
}

// Says what is not served, and ends the start when that must not be.
void generation::report(const std::vector<catalog::omission>& omissions) {
    for (const auto& omission : omissions) {
        for (const auto& one : plugins_)
            if (one.instance->name() == omission.instance && one.instance->settings().required)
                throw failure("The required plugin \"" + omission.instance + "\" is not whole: " + omission.sentence);
        complain_of(fmt::format("plugin {}: {}", omission.instance, omission.sentence));
    }
    report_.left_out += omissions.size();
    for (const auto& one : plugins_) {
        served_plugin served{one.instance->name(), {}};
        for (const auto& tool : catalog_->tools().entries())
            if (tool.from == one.instance) served.tools.push_back(tool.name);
        for (const auto& prompt : catalog_->prompts().entries()) served.prompts += prompt.from == one.instance;
        for (const auto& resource : catalog_->resources().entries()) served.resources += resource.from == one.instance;
        for (const auto& pattern : catalog_->templates().entries()) served.resources += pattern.from == one.instance;
        report_.served.push_back(std::move(served));
    }
}

std::size_t generation::cut_off() const {
    std::size_t count = 0;
    for (const auto& one : plugins_) count += one.instance->cut_off();
    return count;
}

bool generation::close(std::chrono::milliseconds grace) const {
    bool all_came_back = true;
    if (const auto& journal = audit_policy_->journal_kept()) journal->settle();
    for (const auto* group : {&plugins_, &backends_}) {
        for (const auto& one : *group) {
            if (one.instance->close(grace)) continue;
            all_came_back = false;
            process_state_.log.error("plugin {}: a call never came back from it", one.instance->name());
        }
    }
    return all_came_back;
}

}  // namespace toolrack::app
