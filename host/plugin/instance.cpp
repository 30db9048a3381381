#include "plugin/instance.hpp"

#include <atomic>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "plugin/call_table.hpp"
#include "plugin/host_table.hpp"
#include "plugin/lane.hpp"
#include "plugin/place_in_lane.hpp"
#include "plugin/words.hpp"
#include "wire/json.hpp"

namespace toolrack::plugin {
namespace {

constexpr auto setup_limit = std::chrono::seconds(30);
constexpr std::size_t most_open_calls = 4096;
constexpr std::size_t most_features = 100'000;
constexpr std::size_t longest_notice = 1024 * 1024;
constexpr std::size_t longest_metadata = 64 * 1024;

// Runs what a plugin does at start with a limit on its time; false when it did not come back. What
// `work` holds lives as long as it runs, so a plugin that never comes back keeps its instance.
bool within(std::chrono::seconds limit, std::function<void()> work) {
    std::promise<void> done;
    auto is_done = done.get_future();
    std::thread([work = std::move(work), done = std::move(done)]() mutable {
        work();
        work = nullptr;  // lets go before it says so: the caller is to be the last owner
        done.set_value();
    }).detach();
    return is_done.wait_for(limit) == std::future_status::ready;
}

std::uint32_t next_number() {
    static std::atomic<std::uint32_t> last = 0;  // sets call numbers of instances apart, process-wide
    return (++last) & 0xFFFFFF;
}

class host_instance final : public instance,
                            public std::enable_shared_from_this<host_instance>,
                            private told {
public:
    host_instance(std::shared_ptr<const library> library, const config::plugin& settings, const surroundings& around)
        : library_(std::move(library)), settings_(settings), around_(around), log_(around.log),
          calls_(next_number()), checks_(next_number()), lane_(settings.name, settings.threads, settings.queue) {
        limits_.depth = around.json_depth;
    }

    ~host_instance() override {
        lane_.close(std::chrono::milliseconds(0));
        if (self_) library_->table().destroy(self_);
    }

    // Nothing, or why it could not be made.
    std::optional<std::string> create();

    const std::string& name() const noexcept override { return settings_.name; }
    const description& about() const noexcept override { return library_->about(); }
    const config::plugin& settings() const noexcept override { return settings_; }

    result<std::vector<feature>, complaint> list() override;
    call start(const request& request, bool quick, executor home, in_flight<answer>::notice noticed) override;
    void cancel(const call& abandoned) override;

    void watch(std::string_view uri, bool on) override;

    std::uint64_t auth_traits() const noexcept override { return auth_ ? auth_->traits : 0; }
    bool offers_features() const noexcept override { return features_ != nullptr; }
    bool offers_auth() const noexcept override { return auth_ != nullptr; }
    check authenticate(const credentials& shown, executor home) override;
    result<std::string, complaint> auth_metadata() override;

    bool close(std::chrono::milliseconds grace) override {
        const auto end = std::chrono::steady_clock::now() + grace;
        // Nobody waits for what is still under way; a plugin that listens comes back.
        is_closing_ = true;
        if (features_ && TOOLRACK_HAS(features_, toolrack_features, cancel) && features_->cancel)
            for (const auto id : calls_.open()) features_->cancel(self_, id);
        const bool came_back = lane_.close(grace) == 0;
        return calls_.wait_until_empty(end) && checks_.wait_until_empty(end) && came_back;
    }

private:
    // told, by any thread
    void log_line(toolrack_severity severity, std::string_view line) noexcept override;
    void notified(toolrack_call id, std::string_view method, std::string_view params) noexcept override;
    void finished(toolrack_call id, toolrack_outcome outcome, std::string_view json) noexcept override;
    bool is_cancelled(toolrack_call id) noexcept override;
    void granted(toolrack_call id, const toolrack_principal& who) noexcept override;
    void refused(toolrack_call id, toolrack_refusal kind, std::string_view why) noexcept override;
    void forgotten(std::string_view credential) noexcept override;
    void list_changed(std::string_view kind) noexcept override;
    void resource_updated(std::string_view uri) noexcept override;

    void tell_watched();
    answer judged(toolrack_outcome outcome, std::string_view json) const;
    void stray(const char* what, toolrack_call id) noexcept;

    std::shared_ptr<const library> library_;
    config::plugin settings_;
    surroundings around_;
    log& log_;
    wire::json_limits limits_;
    call_table<answer> calls_;
    call_table<verdict> checks_;
    lane lane_;
    std::atomic<bool> is_closing_ = false;
    std::mutex watch_mutex_;
    std::deque<std::pair<std::string, bool>> to_tell_;  // of watching: what, and whether it begins
    bool is_telling_ = false;
    host_view view_{*this};
    toolrack_instance* self_ = nullptr;
    const toolrack_features* features_ = nullptr;
    const toolrack_auth* auth_ = nullptr;
};

std::optional<std::string> host_instance::create() {
    if (const auto why = why_unfit(settings_.options, about())) return why;

    const auto& table = library_->table();
    struct made {
        std::string complaint;
        toolrack_instance* self = nullptr;
    };
    const auto outcome = std::make_shared<made>();  // shared with a thread that may never come back
    const auto complain = [](void* context, toolrack_str why) {
        static_cast<made*>(context)->complaint.assign(view(why));
    };
    const auto options = std::make_shared<std::string>(settings_.options.json);
    const bool came_back = within(setup_limit, [&table, outcome, options, complain, self = shared_from_this()] {
        outcome->self = table.create(&self->view_, view(*options), complain, outcome.get());
    });
    wipe(*options);
    wipe(settings_.options.json);  // it may hold secrets, and nobody needs it any more
    if (!came_back)
        return "its create() did not return within " + std::to_string(setup_limit.count()) + " s";
    if (!outcome->self)
        return outcome->complaint.empty() ? "its create() made nothing and did not say why"
                                          : "it cannot be set up: " + printable(outcome->complaint, 1000);
    self_ = outcome->self;

    features_ = static_cast<const toolrack_features*>(table.get_extension(self_, TOOLRACK_EXT_FEATURES));
    auth_ = static_cast<const toolrack_auth*>(table.get_extension(self_, TOOLRACK_EXT_AUTH));
    if (features_ && (!TOOLRACK_HAS(features_, toolrack_features, start) || !features_->list || !features_->start))
        return std::string("its table " TOOLRACK_EXT_FEATURES " is too short or lacks list() or start()");
    if (auth_ && (!TOOLRACK_HAS(auth_, toolrack_auth, authenticate) || !auth_->authenticate))
        return std::string("its table " TOOLRACK_EXT_AUTH " is too short or lacks authenticate()");
    if (!features_ && !auth_) return std::string("it offers neither features nor authentication");
    return std::nullopt;
}

result<std::vector<feature>, complaint> host_instance::list() {
    if (!features_) return std::vector<feature>{};

    struct listed {
        std::vector<feature> features;
        bool known = false;
        bool too_many = false;
    };
    const auto outcome = std::make_shared<listed>();
    const auto emit = [](void* context, toolrack_str kind, toolrack_str definition, toolrack_str attributes) {
        auto& into = *static_cast<listed*>(context);
        if (into.features.size() >= most_features) {
            into.too_many = true;
            return;
        }
        into.features.push_back({std::string(view(kind)), std::string(view(definition)), std::string(view(attributes))});
    };
    const bool came_back = within(setup_limit, [self = shared_from_this(), outcome, emit] {
        outcome->known = self->features_->list(self->self_, emit, outcome.get());
    });
    if (!came_back) return complain("its list() did not return within " + std::to_string(setup_limit.count()) + " s");
    if (outcome->too_many) return complain("it lists more than " + std::to_string(most_features) + " features");
    if (!outcome->known) return complain("it could not list its features");
    return std::move(outcome->features);
}

result<std::string, complaint> host_instance::auth_metadata() {
    if (!auth_ || !auth_->metadata) return std::string();

    struct said {
        std::string json;
        bool is_said = false;
    };
    const auto outcome = std::make_shared<said>();
    const auto emit = [](void* context, toolrack_str json) {
        auto& into = *static_cast<said*>(context);
        if (!std::exchange(into.is_said, true)) into.json = view(json).substr(0, longest_metadata + 1);
    };
    const bool came_back = within(setup_limit, [self = shared_from_this(), outcome, emit] {
        self->auth_->metadata(self->self_, emit, outcome.get());
    });
    if (!came_back)
        return complain("its metadata() did not return within " + std::to_string(setup_limit.count()) + " s");
    if (outcome->json.size() > longest_metadata) return complain("its metadata is longer than 64 KiB");
    return std::move(outcome->json);
}

void host_instance::watch(std::string_view uri, bool on) {
    if (!features_ || !TOOLRACK_HAS(features_, toolrack_features, watch) || !features_->watch) return;
    {
        const std::lock_guard lock(watch_mutex_);
        to_tell_.emplace_back(uri, on);
        if (std::exchange(is_telling_, true)) return;
    }
    if (lane_.give([self = shared_from_this()] { self->tell_watched(); })) return;
    const std::lock_guard lock(watch_mutex_);
    is_telling_ = false;
    to_tell_.clear();
    log_.warning("{}: it was not told that {} is {} watched: its lane is full", name(), uri, on ? "now" : "no longer");
}

// One after the other, in the order in which it was: a lane has several threads.
void host_instance::tell_watched() {
    for (;;) {
        std::pair<std::string, bool> next;
        {
            const std::lock_guard lock(watch_mutex_);
            if (to_tell_.empty()) {
                is_telling_ = false;
                return;
            }
            next = std::move(to_tell_.front());
            to_tell_.pop_front();
        }
        features_->watch(self_, view(std::string_view(next.first)), next.second);
    }
}

call host_instance::start(const request& asked, bool quick, executor home, in_flight<answer>::notice noticed) {
    auto made = std::make_shared<in_flight<answer>>(home, std::move(noticed));
    if (calls_.size() >= most_open_calls) {
        made->deliver({answer::kind::busy, {}});
        return made;
    }
    calls_.add(made);

    if (quick) {
        features_->start(self_, made->id(), abi_request(asked).get());
        return made;
    }

    auto kept = std::make_shared<const kept_request>(asked);
    auto place = std::make_shared<place_in_lane<answer>>(calls_, made->id(), answer{answer::kind::busy, {}});
    lane_.give([this, made, kept, place = std::move(place)] {
        if (made->is_abandoned()) return;  // cancelled while it waited: the plugin never hears of it
        place->begin();
        features_->start(self_, made->id(), abi_request(kept->words()).get());
    });
    return made;
}

void host_instance::cancel(const call& abandoned) {
    abandoned->abandon();
    if (TOOLRACK_HAS(features_, toolrack_features, cancel) && features_->cancel && calls_.find(abandoned->id()))
        features_->cancel(self_, abandoned->id());
}

check host_instance::authenticate(const credentials& shown, executor home) {
    auto made = std::make_shared<in_flight<verdict>>(home);
    if (checks_.size() >= most_open_calls) {
        made->deliver({verdict::kind::refused, {}, wire::refusal::unavailable, "too many checks are waiting"});
        return made;
    }
    checks_.add(made);
    const auto now = around_.clock.now();

    if (auth_->traits & TOOLRACK_AUTH_QUICK) {
        const auto facts = abi_facts(shown, now);
        auth_->authenticate(self_, made->id(), &facts);
        return made;
    }

    auto kept = std::make_shared<const kept_credentials>(shown);
    verdict dropped{verdict::kind::refused, {}, wire::refusal::unavailable, "its lane is full"};
    auto place = std::make_shared<place_in_lane<verdict>>(checks_, made->id(), std::move(dropped));
    lane_.give([this, made, kept, place = std::move(place), now] {
        place->begin();
        const auto facts = abi_facts(kept->words(), now);
        auth_->authenticate(self_, made->id(), &facts);
    });
    return made;
}

void host_instance::log_line(toolrack_severity kind, std::string_view line) noexcept {
    try {
        const auto level = kind <= 3 ? severity::error : kind >= 7 ? severity::debug : static_cast<severity>(kind);
        if (log_.writes(level)) log_.write(level, name() + ": " + std::string(line));
    } catch (...) {
    }
}

void host_instance::notified(toolrack_call id, std::string_view method, std::string_view params) noexcept {
    try {
        const auto to = calls_.find(id);
        if (!to) return stray("a notification", id);
        if (params.size() > longest_notice || !is_utf8(method) || wire::check_json(params, limits_) ||
            !json::value(params).is_object())
            return log_.warning("{}: its notification {} was dropped: params are not an acceptable JSON object",
                                name(), method.substr(0, 100));
        to->notify(std::string(method), std::string(params));
    } catch (...) {
    }
}

void host_instance::finished(toolrack_call id, toolrack_outcome outcome, std::string_view text) noexcept {
    try {
        const auto ended = calls_.take(id);
        if (!ended) return stray("an answer", id);
        if (ended->is_abandoned()) return;
        ended->deliver(judged(outcome, text));
    } catch (const std::exception& error) {
        log_.error("{}: its answer was lost: {}", name(), error.what());
    }
}

// Checked on the plugin's thread, not on the one that serves others.
answer host_instance::judged(toolrack_outcome outcome, std::string_view text) const {
    const auto bad = [&](std::string_view why) {
        log_.error("{}: its answer was refused: {}", name(), why);
        return answer{answer::kind::invalid, {}};
    };
    if (text.size() > around_.max_result)
        return bad("it is " + std::to_string(text.size()) + " bytes long, and server.max_result allows " +
                   std::to_string(around_.max_result));
    if (const auto fault = wire::check_json(text, limits_)) return bad(to_string(fault->kind));
    const json::value whole(text);
    if (!whole.is_object()) return bad("it is not a JSON object");
    std::string line(whole.text());
    wire::put_on_one_line(line);

    switch (outcome) {
    case TOOLRACK_DONE: return {answer::kind::done, std::move(line)};
    case TOOLRACK_INPUT_REQUIRED: return {answer::kind::input_required, std::move(line)};
    case TOOLRACK_FAILED: {
        const auto code = whole.find("code"), message = whole.find("message");
        if (!code || !code->is_number() || !message || !message->is_string())
            return bad("its error has no \"code\" or no \"message\"");
        return {answer::kind::failed, std::move(line)};
    }
    default: return bad("its outcome " + std::to_string(outcome) + " is unknown");
    }
}

bool host_instance::is_cancelled(toolrack_call id) noexcept {
    const auto asked = calls_.find(id);
    return is_closing_ || !asked || asked->is_abandoned();
}

void host_instance::granted(toolrack_call id, const toolrack_principal& who) noexcept {
    try {
        const auto ended = checks_.take(id);
        if (!ended) return stray("a grant", id);

        constexpr std::size_t longest_name = 256, most_scopes = 1000;
        const auto fits = [](std::string_view text) { return text.size() <= longest_name && is_utf8(text); };
        verdict made;
        const auto subject = view(who.subject), issuer = view(who.issuer), credential = view(who.credential);
        if (subject.empty() || !fits(subject) || !fits(issuer) || !fits(credential) || who.scope_count > most_scopes ||
            (who.scope_count && !who.scopes)) {
            made.why = "it granted a principal without a usable subject, issuer, credential or scopes";
            return ended->deliver(std::move(made));
        }
        made.who.subject = subject;
        made.who.issuer = issuer.empty() ? std::string_view(name()) : issuer;
        made.who.backend = name();
        made.who.credential = credential;
        for (std::uint64_t i = 0; i < who.scope_count; ++i) {
            const auto scope = view(who.scopes[i]);
            if (scope.empty() || !fits(scope)) {
                made.why = "it granted a scope that is empty, too long or not UTF-8";
                return ended->deliver(std::move(made));
            }
            made.who.scopes.emplace_back(scope);
        }
        if (who.expires != 0) {
            // A year that our clock cannot count to is as good as never.
            using clock_type = std::chrono::system_clock;
            constexpr auto last = std::chrono::floor<std::chrono::seconds>(clock_type::duration::max());
            const auto expires = who.expires > last.count() ? clock_type::time_point::max()
                                 : who.expires < 0          ? clock_type::time_point()
                                                            : clock_type::time_point(std::chrono::seconds(who.expires));
            if (expires <= around_.clock.now()) {
                made.refusal = wire::refusal::bad_token;
                made.why = "the grant has expired";
                return ended->deliver(std::move(made));
            }
            made.who.expires = expires;
        }
        made.kind = verdict::kind::granted;
        ended->deliver(std::move(made));
    } catch (...) {
    }
}

void host_instance::refused(toolrack_call id, toolrack_refusal kind, std::string_view why) noexcept {
    try {
        const auto ended = checks_.take(id);
        if (!ended) return stray("a refusal", id);
        verdict made;
        made.why = printable(why);
        switch (kind) {
        case TOOLRACK_NO_TOKEN: made.refusal = wire::refusal::no_token; break;
        case TOOLRACK_BAD_TOKEN: made.refusal = wire::refusal::bad_token; break;
        case TOOLRACK_WRONG_AUDIENCE: made.refusal = wire::refusal::wrong_audience; break;
        case TOOLRACK_FORBIDDEN: made.refusal = wire::refusal::forbidden; break;
        case TOOLRACK_PASS: made.kind = verdict::kind::passed; break;
        default: made.refusal = wire::refusal::unavailable; break;
        }
        ended->deliver(std::move(made));
    } catch (...) {
    }
}

void host_instance::forgotten(std::string_view credential) noexcept {
    try {
        if (around_.changes.forgotten) around_.changes.forgotten(name(), credential);
    } catch (...) {
    }
}

void host_instance::list_changed(std::string_view kind) noexcept {
    try {
        if (around_.changes.list_changed) around_.changes.list_changed(kind);
    } catch (...) {
    }
}

void host_instance::resource_updated(std::string_view uri) noexcept {
    constexpr std::size_t longest_uri = 2048;
    try {
        if (uri.size() > longest_uri || !is_utf8(uri)) return log_.warning("{}: it updated something that is no URI", name());
        if (around_.changes.resource_updated) around_.changes.resource_updated(uri);
    } catch (...) {
    }
}

void host_instance::stray(const char* what, toolrack_call id) noexcept {
    try {
        log_.warning("{}: {} for call {} was dropped: that call has ended, or was never given to it", name(), what, id);
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
                                                                const surroundings& around) {
    // One that its plugin does not come back to is kept for ever: a thread is still in it, or a call that
    // may be answered one day.
    static constexpr auto grace = std::chrono::seconds(5);
    const std::shared_ptr<host_instance> made(new host_instance(std::move(library), settings, around),
                                              [](host_instance* one) {
                                                  if (one->close(grace)) delete one;
                                                  else keep_for_ever(one);
                                              });
    if (auto why = made->create()) return complain(std::move(*why));
    return std::shared_ptr<instance>(made);
}

}  // namespace toolrack::plugin
