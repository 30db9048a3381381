// An instance whose plugin runs in this process: a crash of the plugin is a crash of the server.
#include <atomic>
#include <future>
#include <thread>
#include <utility>

#include "base/mutex.hpp"
#include "base/secret.hpp"
#include "plugin/abi_request.hpp"
#include "plugin/auth_result.hpp"
#include "plugin/buffered_check.hpp"
#include "plugin/host_table.hpp"
#include "plugin/instance.hpp"
#include "plugin/lane.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "plugin/plugin_handle.hpp"
#include "plugin/queued_call.hpp"
#include "plugin/watch_strand.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t longest_metadata = 64 * 1024;

// Runs a function of the plugin on a thread of its own, with a time limit; false on timeout. The captures of `work`
// live as long as it runs, so a function that never returns keeps its instance alive.
bool run_within(std::chrono::seconds limit, std::function<void()> work) {
    std::promise<void> done;
    auto is_done = done.get_future();
    std::thread runner([work = std::move(work), done = std::move(done)]() mutable {
        work();
        work = nullptr;  // before the signal: the caller must be the last owner of the captures
        done.set_value();
    });
    const bool has_returned = is_done.wait_for(limit) == std::future_status::ready;
    if (has_returned) runner.join();  // the process may exit next
    else runner.detach();
    return has_returned;
}

class host_instance final : public instance,
                            public std::enable_shared_from_this<host_instance>,
                            private host_functions {
public:
    host_instance(std::shared_ptr<const library> library, const config::plugin& settings, const dependencies& around)
        : library_(std::move(library)), settings_(settings), around_(around), callbacks_(settings.name, around),
          checks_(next_table_number()), lane_(settings.name, settings.threads, settings.queue) {}

    ~host_instance() override {
        lane_.close(std::chrono::milliseconds(0));
        plugin_.reset();  // until then it may use the callbacks
    }

    result<void, complaint> create();

    const std::string& name() const noexcept override { return settings_.name; }
    const description& about() const noexcept override { return library_->about(); }
    const config::plugin& settings() const noexcept override { return settings_; }

    result<std::vector<feature>, complaint> list() override;
    call start(const request& request,
               bool quick,
               executor owner,
               in_flight<answer>::notification_handler on_notification) override;
    void cancel(const call& abandoned) override;
    std::size_t interrupt_calls() override { return callbacks_.interrupt_calls(); }
    void watch(std::string_view uri, bool on) override;

    std::uint64_t auth_traits() const noexcept override { return plugin_->auth_traits(); }
    bool offers_features() const noexcept override { return plugin_->offers_features(); }
    bool offers_auth() const noexcept override { return plugin_->offers_auth(); }
    auth_check authenticate(const credentials& shown, executor owner) override;
    result<std::string, complaint> auth_metadata() override;

    instance_status status() const override;
    bool close(std::chrono::milliseconds grace) override;

private:
    // host_functions
    void log_line(toolrack_severity severity, std::string_view line) noexcept override {
        callbacks_.log_line(severity, line);
    }
    void notify(toolrack_call id, std::string_view method, std::string_view params) noexcept override {
        callbacks_.notify(id, method, params);
    }
    void finish(toolrack_call id, toolrack_outcome outcome, std::string_view json) noexcept override {
        callbacks_.finish(id, outcome, json);
    }
    bool is_cancelled(toolrack_call id) noexcept override {
        const auto call = callbacks_.calls().find(id);
        return is_closing_ || !call || call->is_abandoned();
    }
    void list_changed(std::string_view kind) noexcept override { callbacks_.list_changed(kind); }
    void resource_updated(std::string_view uri) noexcept override { callbacks_.resource_updated(uri); }
    void report_degraded(std::string_view reason) noexcept override { callbacks_.report_degraded(reason); }
    void grant(toolrack_call id, const toolrack_principal& who) noexcept override;
    void refuse(toolrack_call id, toolrack_refusal kind, std::string_view why) noexcept override;
    void forget(std::string_view credential) noexcept override;

    void run_check(buffered_check& check, const abi_facts& facts);
    void answer_check(const char* what, toolrack_call id, auth_result answer);

    std::shared_ptr<const library> library_;
    config::plugin settings_;
    dependencies around_;
    plugin_callbacks callbacks_;
    call_table<auth_result> checks_;
    lane lane_;
    watch_strand watches_{lane_};
    std::atomic<bool> is_closing_ = false;
    host_table table_{*this};
    std::unique_ptr<plugin_handle> plugin_;
};

result<void, complaint> host_instance::create() {
    if (const auto why = options_error(settings_.options, about())) return complain(*why);

    // Shared with a thread that may never return. A handle that is made too late is destroyed before the instance.
    struct creation {
        std::shared_ptr<host_instance> self;
        std::string options;
        mutex guard;
        bool has_timed_out TOOLRACK_GUARDED_BY(guard) = false;
        std::unique_ptr<plugin_handle> made TOOLRACK_GUARDED_BY(guard);
        complaint why TOOLRACK_GUARDED_BY(guard);
    };
    const auto shared = std::make_shared<creation>();
    shared->self = shared_from_this();
    shared->options = settings_.options.json;
    wipe(settings_.options.json);  // may contain secrets
    const bool has_returned = run_within(setup_limit, [shared] {
        auto made = plugin_handle::create(shared->self->library_, shared->self->table_, shared->options);
        wipe(shared->options);
        const lock_guard lock(shared->guard);
        if (!made) shared->why = made.error();
        else if (!shared->has_timed_out) shared->made = std::move(*made);
    });
    const lock_guard lock(shared->guard);
    if (!has_returned) {
        shared->has_timed_out = true;
        return complain("its create() did not return within " + std::to_string(setup_limit.count()) + " s");
    }
    shared->self = nullptr;
    if (!shared->made) return shared->why;
    plugin_ = std::move(shared->made);
    return {};
}

result<std::vector<feature>, complaint> host_instance::list() {
    if (!offers_features()) return std::vector<feature>{};

    struct listing {
        std::vector<feature> features;
        bool succeeded = false;
        bool too_many = false;
    };
    const auto outcome = std::make_shared<listing>();
    const bool has_returned = run_within(setup_limit, [self = shared_from_this(), outcome] {
        outcome->succeeded = self->plugin_->list([&](auto kind, auto definition, auto attributes) {
            if (outcome->features.size() < most_features)
                outcome->features.push_back({std::string(kind), std::string(definition), std::string(attributes)});
            else outcome->too_many = true;
        });
    });
    if (!has_returned)
        return complain("its list() did not return within " + std::to_string(setup_limit.count()) + " s");
    if (outcome->too_many) return complain("it lists more than " + std::to_string(most_features) + " features");
    if (!outcome->succeeded) return complain("its list() failed");
    return std::move(outcome->features);
}

result<std::string, complaint> host_instance::auth_metadata() {
    const auto json = std::make_shared<std::string>();
    const bool has_returned = run_within(
        setup_limit, [self = shared_from_this(), json] { *json = self->plugin_->auth_metadata(longest_metadata + 1); });
    if (!has_returned)
        return complain("its metadata() did not return within " + std::to_string(setup_limit.count()) + " s");
    if (json->size() > longest_metadata) return complain("its metadata is longer than 64 KiB");
    return std::move(*json);
}

void host_instance::watch(std::string_view uri, bool on) {
    if (!plugin_->has_watch() || watches_.try_post(*plugin_, uri, on)) return;
    around_.log.warning(
        "{}: its lane is full, so it missed that watching {} {}", name(), uri, on ? "started" : "ended");
}

call host_instance::start(const request& request,
                          bool quick,
                          executor owner,
                          in_flight<answer>::notification_handler on_notification) {
    auto& calls = callbacks_.calls();
    auto call = std::make_shared<in_flight<answer>>(owner, std::move(on_notification));
    if (calls.size() >= most_open_calls) {
        call->deliver({answer::kind::busy, {}});
        return call;
    }
    calls.add(call);

    if (quick) {
        plugin_->start(call->id(), abi_request(request, storage::borrowed).get());
        return call;
    }

    auto owned = std::make_shared<const abi_request>(request, storage::owned);
    auto queued = std::make_shared<queued_call<answer>>(calls, call->id(), answer{answer::kind::busy, {}});
    lane_.try_post([this, call, owned = std::move(owned), queued = std::move(queued)] {
        if (call->is_abandoned()) return;  // cancelled in the queue: the plugin never gets it
        queued->set_started();
        plugin_->start(call->id(), owned->get());
    });
    return call;
}

void host_instance::cancel(const call& abandoned) {
    abandoned->abandon();
    if (callbacks_.calls().find(abandoned->id())) plugin_->cancel(abandoned->id());
}

auth_check host_instance::authenticate(const credentials& shown, executor owner) {
    const auto check = std::make_shared<buffered_check>(owner);
    if (checks_.size() >= most_open_calls) {
        check->deliver(
            {auth_result::kind::refused, {}, identity::refusal::unavailable, "too many checks are in flight"});
        return check;
    }
    checks_.add(check);
    const auto now = around_.clock.now();

    if (plugin_->auth_traits() & TOOLRACK_AUTH_QUICK) {
        run_check(*check, abi_facts(shown, now, storage::borrowed));
        return check;
    }

    auto facts = std::make_shared<const abi_facts>(shown, now, storage::owned);
    auth_result dropped{auth_result::kind::refused, {}, identity::refusal::unavailable, "its lane is full"};
    auto queued = std::make_shared<queued_call<auth_result>>(checks_, check->id(), std::move(dropped));
    lane_.try_post([this, check, facts = std::move(facts), queued = std::move(queued)] {
        queued->set_started();
        run_check(*check, *facts);
    });
    return check;
}

bool host_instance::close(std::chrono::milliseconds grace) {
    if (!plugin_) return true;
    const auto end = std::chrono::steady_clock::now() + grace;
    auto& calls = callbacks_.calls();
    is_closing_ = true;
    if (offers_features())
        for (const auto id : calls.open_ids()) plugin_->cancel(id);
    const bool have_threads_returned = lane_.close(grace) == 0;
    return calls.wait_until_empty(end) && checks_.wait_until_empty(end) && have_threads_returned;
}

instance_status host_instance::status() const {
    auto now = callbacks_.status();
    now.calls_started += checks_.total_added();
    now.calls_in_flight += checks_.size();
    return now;
}

void host_instance::grant(toolrack_call id, const toolrack_principal& who) noexcept {
    try {
        answer_check("a grant", id, read_grant(who, name(), around_.clock.now()));
    } catch (...) {
    }
}

void host_instance::refuse(toolrack_call id, toolrack_refusal kind, std::string_view why) noexcept {
    try {
        answer_check("a refusal", id, read_refusal(kind, why));
    } catch (...) {
    }
}

void host_instance::answer_check(const char* what, toolrack_call id, auth_result answer) {
    const auto open = checks_.find(id);
    if (!open) return callbacks_.log_unknown_call(what, id);
    switch (static_cast<buffered_check&>(*open).buffer(answer)) {
    case buffered_check::outcome::buffered: return;
    case buffered_check::outcome::contradicted:
        return around_.log.warning(
            "{}: {} for call {} is its second answer, so the client is refused", name(), what, id);
    case buffered_check::outcome::already_returned: break;
    }
    const auto ended = checks_.take(id);
    if (!ended) return callbacks_.log_unknown_call(what, id);
    ended->deliver(std::move(answer));
}

void host_instance::run_check(buffered_check& check, const abi_facts& facts) {
    plugin_->authenticate(check.id(), facts.get());
    auto answer = check.take_buffered();
    if (!answer) return;
    if (const auto ended = checks_.take(check.id())) ended->deliver(std::move(*answer));
}

void host_instance::forget(std::string_view credential) noexcept {
    try {
        if (around_.events.credential_revoked) around_.events.credential_revoked(name(), credential);
    } catch (...) {
    }
}

// Keeps the instance reachable, so that leak checkers do not report it.
void leak(host_instance* one) {
    static mutex guard;
    static auto& leaked = *new std::vector<host_instance*>;
    const lock_guard lock(guard);
    leaked.push_back(one);
}

}  // namespace

result<std::shared_ptr<instance>, complaint>
make_host_instance(std::shared_ptr<const library> library, const config::plugin& settings, const dependencies& around) {
    // An instance whose plugin still has a thread or an open call is leaked: it may be used at any time.
    static constexpr auto grace = std::chrono::seconds(5);
    const std::shared_ptr<host_instance> made(new host_instance(std::move(library), settings, around),
                                              [](host_instance* one) {
                                                  if (one->close(grace)) delete one;
                                                  else leak(one);
                                              });
    if (const auto created = made->create(); !created) return created.error();
    return std::shared_ptr<instance>(made);
}

}  // namespace toolrack::plugin
