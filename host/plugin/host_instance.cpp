// An instance that runs in this process: it shares its fate with the server.
#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "base/secret.hpp"
#include "plugin/plugin_handle.hpp"
#include "plugin/host_table.hpp"
#include "plugin/instance.hpp"
#include "plugin/lane.hpp"
#include "plugin/open_check.hpp"
#include "plugin/place_in_lane.hpp"
#include "plugin/plugin_callbacks.hpp"
#include "plugin/verdict.hpp"
#include "plugin/watch_queue.hpp"
#include "plugin/words.hpp"

namespace toolrack::plugin {
namespace {

constexpr std::size_t longest_metadata = 64 * 1024;

// Runs what a plugin does at start with a limit on its time; false when it did not come back. What
// `work` holds lives as long as it runs, so a plugin that never comes back keeps its instance.
bool within(std::chrono::seconds limit, std::function<void()> work) {
    std::promise<void> done;
    auto is_done = done.get_future();
    std::thread at_work([work = std::move(work), done = std::move(done)]() mutable {
        work();
        work = nullptr;  // lets go before it says so: the caller is to be the last owner
        done.set_value();
    });
    const bool came_back = is_done.wait_for(limit) == std::future_status::ready;
    if (came_back) at_work.join();  // gone, and not only about to go: the process may be next
    else at_work.detach();
    return came_back;
}

class host_instance final : public instance,
                            public std::enable_shared_from_this<host_instance>,
                            private told {
public:
    host_instance(std::shared_ptr<const library> library, const config::plugin& settings, const dependencies& around)
        : library_(std::move(library)), settings_(settings), around_(around), plugin_callbacks_(settings.name, around),
          checks_(next_number()), lane_(settings.name, settings.threads, settings.queue) {}

    ~host_instance() override {
        lane_.close(std::chrono::milliseconds(0));
        plugin_handle_.reset();  // until then it may speak
    }

    result<void, complaint> create();

    const std::string& name() const noexcept override { return settings_.name; }
    const description& about() const noexcept override { return library_->about(); }
    const config::plugin& settings() const noexcept override { return settings_; }

    result<std::vector<feature>, complaint> list() override;
    call start(const request& request, bool quick, executor home, in_flight<answer>::notice noticed) override;
    void cancel(const call& abandoned) override;
    std::size_t cut_off() override { return plugin_callbacks_.cut_off(); }
    void watch(std::string_view uri, bool on) override;

    std::uint64_t auth_traits() const noexcept override { return plugin_handle_->auth_traits(); }
    bool offers_features() const noexcept override { return plugin_handle_->offers_features(); }
    bool offers_auth() const noexcept override { return plugin_handle_->offers_auth(); }
    check authenticate(const credentials& shown, executor home) override;
    result<std::string, complaint> auth_metadata() override;

    plugin::condition condition() const override;
    bool close(std::chrono::milliseconds grace) override;

private:
    // told, by any thread
    void log_line(toolrack_severity severity, std::string_view line) noexcept override {
        plugin_callbacks_.log_line(severity, line);
    }
    void notified(toolrack_call id, std::string_view method, std::string_view params) noexcept override {
        plugin_callbacks_.notified(id, method, params);
    }
    void finished(toolrack_call id, toolrack_outcome outcome, std::string_view json) noexcept override {
        plugin_callbacks_.finished(id, outcome, json);
    }
    bool is_cancelled(toolrack_call id) noexcept override {
        const auto asked = plugin_callbacks_.calls().find(id);
        return is_closing_ || !asked || asked->is_abandoned();
    }
    void list_changed(std::string_view kind) noexcept override { plugin_callbacks_.list_changed(kind); }
    void resource_updated(std::string_view uri) noexcept override { plugin_callbacks_.resource_updated(uri); }
    void report_degraded(std::string_view what) noexcept override { plugin_callbacks_.report_degraded(what); }
    void granted(toolrack_call id, const toolrack_principal& who) noexcept override;
    void refused(toolrack_call id, toolrack_refusal kind, std::string_view why) noexcept override;
    void forgotten(std::string_view credential) noexcept override;

    void ask(open_check& made, const credentials& shown, std::chrono::system_clock::time_point now);
    void answered(const char* what, toolrack_call id, verdict said);

    std::shared_ptr<const library> library_;
    config::plugin settings_;
    dependencies around_;
    plugin_callbacks plugin_callbacks_;
    call_table<verdict> checks_;
    lane lane_;
    watch_queue watches_{lane_};
    std::atomic<bool> is_closing_ = false;
    host_view view_{*this};
    std::unique_ptr<plugin_handle> plugin_handle_;
};

result<void, complaint> host_instance::create() {
    if (const auto why = why_unfit(settings_.options, about())) return complain(*why);

    // Shared with a thread that may never come back; what it makes too late goes before what it speaks to.
    struct making {
        std::shared_ptr<host_instance> self;
        std::string options;
        std::mutex mutex;
        bool is_given_up = false;
        std::unique_ptr<plugin_handle> made;
        complaint why;
    };
    const auto now = std::make_shared<making>();
    now->self = shared_from_this();
    now->options = settings_.options.json;
    wipe(settings_.options.json);  // it may hold secrets, and nobody needs it any more
    const bool came_back = within(setup_limit, [now] {
        auto made = plugin_handle::create(now->self->library_, now->self->view_, now->options);
        wipe(now->options);
        const std::lock_guard lock(now->mutex);
        if (!made) now->why = made.error();
        else if (!now->is_given_up) now->made = std::move(*made);
    });
    const std::lock_guard lock(now->mutex);
    if (!came_back) {
        now->is_given_up = true;
        return complain("its create() did not return within " + std::to_string(setup_limit.count()) + " s");
    }
    now->self = nullptr;
    if (!now->made) return now->why;
    plugin_handle_ = std::move(now->made);
    return {};
}

result<std::vector<feature>, complaint> host_instance::list() {
    if (!offers_features()) return std::vector<feature>{};

    struct listed {
        std::vector<feature> features;
        bool known = false;
        bool too_many = false;
    };
    const auto outcome = std::make_shared<listed>();
    const bool came_back = within(setup_limit, [self = shared_from_this(), outcome] {
        outcome->known = self->plugin_handle_->list([&](auto kind, auto definition, auto attributes) {
            if (outcome->features.size() < most_features)
                outcome->features.push_back({std::string(kind), std::string(definition), std::string(attributes)});
            else outcome->too_many = true;
        });
    });
    if (!came_back) return complain("its list() did not return within " + std::to_string(setup_limit.count()) + " s");
    if (outcome->too_many) return complain("it lists more than " + std::to_string(most_features) + " features");
    if (!outcome->known) return complain("it could not list its features");
    return std::move(outcome->features);
}

result<std::string, complaint> host_instance::auth_metadata() {
    const auto said = std::make_shared<std::string>();
    const bool came_back = within(setup_limit, [self = shared_from_this(), said] {
        *said = self->plugin_handle_->auth_metadata(longest_metadata + 1);
    });
    if (!came_back)
        return complain("its metadata() did not return within " + std::to_string(setup_limit.count()) + " s");
    if (said->size() > longest_metadata) return complain("its metadata is longer than 64 KiB");
    return std::move(*said);
}

void host_instance::watch(std::string_view uri, bool on) {
    if (!plugin_handle_->wants_watches() || watches_.tell(*plugin_handle_, uri, on)) return;
    around_.log.warning("{}: it was not told that {} is {} watched: its lane is full", name(), uri,
                        on ? "now" : "no longer");
}

call host_instance::start(const request& asked, bool quick, executor home, in_flight<answer>::notice noticed) {
    auto& calls = plugin_callbacks_.calls();
    auto made = std::make_shared<in_flight<answer>>(home, std::move(noticed));
    if (calls.size() >= most_open_calls) {
        made->deliver({answer::kind::busy, {}});
        return made;
    }
    calls.add(made);

    if (quick) {
        plugin_handle_->start(made->id(), *abi_request(asked).get());
        return made;
    }

    auto kept = std::make_shared<const kept_request>(asked);
    auto place = std::make_shared<place_in_lane<answer>>(calls, made->id(), answer{answer::kind::busy, {}});
    lane_.give([this, made, kept, place = std::move(place)] {
        if (made->is_abandoned()) return;  // cancelled while it waited: the plugin never hears of it
        place->begin();
        plugin_handle_->start(made->id(), *abi_request(kept->words()).get());
    });
    return made;
}

void host_instance::cancel(const call& abandoned) {
    abandoned->abandon();
    if (plugin_callbacks_.calls().find(abandoned->id())) plugin_handle_->cancel(abandoned->id());
}

check host_instance::authenticate(const credentials& shown, executor home) {
    const auto made = std::make_shared<open_check>(home);
    if (checks_.size() >= most_open_calls) {
        made->deliver({verdict::kind::refused, {}, identity::refusal::unavailable, "too many checks are waiting"});
        return made;
    }
    checks_.add(made);
    const auto now = around_.clock.now();

    if (plugin_handle_->auth_traits() & TOOLRACK_AUTH_QUICK) {
        ask(*made, shown, now);
        return made;
    }

    auto kept = std::make_shared<const kept_credentials>(shown);
    verdict dropped{verdict::kind::refused, {}, identity::refusal::unavailable, "its lane is full"};
    auto place = std::make_shared<place_in_lane<verdict>>(checks_, made->id(), std::move(dropped));
    lane_.give([this, made, kept, place = std::move(place), now] {
        place->begin();
        ask(*made, kept->words(), now);
    });
    return made;
}

bool host_instance::close(std::chrono::milliseconds grace) {
    if (!plugin_handle_) return true;
    const auto end = std::chrono::steady_clock::now() + grace;
    auto& calls = plugin_callbacks_.calls();
    // Nobody waits for what is still under way; a plugin that listens comes back.
    is_closing_ = true;
    if (offers_features())
        for (const auto id : calls.open()) plugin_handle_->cancel(id);
    const bool came_back = lane_.close(grace) == 0;
    return calls.wait_until_empty(end) && checks_.wait_until_empty(end) && came_back;
}

condition host_instance::condition() const {
    auto now = plugin_callbacks_.condition();
    now.asked += checks_.added();
    now.under_way += checks_.size();
    return now;
}

void host_instance::granted(toolrack_call id, const toolrack_principal& who) noexcept {
    try {
        answered("a grant", id, judged_grant(who, name(), around_.clock.now()));
    } catch (...) {
    }
}

void host_instance::refused(toolrack_call id, toolrack_refusal kind, std::string_view why) noexcept {
    try {
        answered("a refusal", id, judged_refusal(kind, why));
    } catch (...) {
    }
}

void host_instance::answered(const char* what, toolrack_call id, verdict said) {
    const auto open = checks_.find(id);
    if (!open) return plugin_callbacks_.stray(what, id);
    switch (static_cast<open_check&>(*open).hold(said)) {
    case open_check::outcome::held: return;
    case open_check::outcome::contradicted:
        return around_.log.warning("{}: {} for call {} is its second answer, so whoever asked is refused", name(),
                                   what, id);
    case open_check::outcome::not_being_asked: break;
    }
    const auto ended = checks_.take(id);
    if (!ended) return plugin_callbacks_.stray(what, id);
    ended->deliver(std::move(said));
}

// On the thread that `made` was given to: what is answered on the way counts when the backend has come back.
void host_instance::ask(open_check& made, const credentials& shown, std::chrono::system_clock::time_point now) {
    plugin_handle_->authenticate(made.id(), abi_facts(shown, now));
    auto said = made.came_back();
    if (!said) return;
    if (const auto ended = checks_.take(made.id())) ended->deliver(std::move(*said));
}

void host_instance::forgotten(std::string_view credential) noexcept {
    try {
        if (around_.changes.forgotten) around_.changes.forgotten(name(), credential);
    } catch (...) {
    }
}

// Out of reach, and known to be: whoever looks for lost memory finds it here.
void keep_for_ever(host_instance* one) {
    static std::mutex mutex;
    static auto& kept = *new std::vector<host_instance*>;
    const std::lock_guard lock(mutex);
    kept.push_back(one);
}

}  // namespace

result<std::shared_ptr<instance>, complaint> make_host_instance(std::shared_ptr<const library> library,
                                                                const config::plugin& settings,
                                                                const dependencies& around) {
    // One that its plugin does not come back to is kept for ever: a thread is still in it, or a call that
    // may be answered one day.
    static constexpr auto grace = std::chrono::seconds(5);
    const std::shared_ptr<host_instance> made(new host_instance(std::move(library), settings, around),
                                              [](host_instance* one) {
                                                  if (one->close(grace)) delete one;
                                                  else keep_for_ever(one);
                                              });
    if (const auto created = made->create(); !created) return created.error();
    return std::shared_ptr<instance>(made);
}

}  // namespace toolrack::plugin
