// An instance that runs in a process of its own: what it does to itself, it does to nobody else.
//
// A keeper, one thread, starts the worker, hears what it says, and starts it again when it has ended. Whoever
// asks writes to the worker from their own thread. All that is shared by both is behind one mutex.
#include <algorithm>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "base/secret.hpp"
#include "base/text.hpp"
#include "plugin/comeback.hpp"
#include "plugin/confinement.hpp"
#include "plugin/instance.hpp"
#include "plugin/listing.hpp"
#include "plugin/needs.hpp"
#include "plugin/reception.hpp"
#include "plugin/worker.hpp"
#include "plugin/worker_outbox.hpp"

namespace toolrack::plugin {
namespace {

using std::chrono::steady_clock;
using time = steady_clock::time_point;

// How long a worker may keep a call that nobody waits for any more, and that is past its deadline.
constexpr auto longest_hold = std::chrono::seconds(5);
// In place of a call's number, in the outbox: one that no call has.
constexpr std::uint64_t asks_for_list = ~std::uint64_t{0};

// When a request is over, on the clock by which one waits.
time end_of(const request& asked, const clock& clock) {
    const auto left = asked.deadline - clock.now();
    return steady_clock::now() + std::clamp<std::chrono::system_clock::duration>(left, {}, std::chrono::hours(24 * 365));
}

class worker_instance final : public instance {
public:
    worker_instance(const program& program,
                    std::filesystem::path library,
                    const config::plugin& settings,
                    const surroundings& around)
        : program_(program), settings_(settings), around_(around), log_(around.log),
          confinement_(to_json({settings.sandbox, std::move(library), state_folder_of(around.state, settings.name),
                                settings.threads + listing_threads})),
          options_(settings.options.json), reception_(settings.name, around) {
        wipe(settings_.options.json);  // only workers need to know
    }
    ~worker_instance() override { close(std::chrono::milliseconds(0)); }

    result<void, complaint> create();

    const std::string& name() const noexcept override { return settings_.name; }
    const description& about() const noexcept override { return about_; }
    const config::plugin& settings() const noexcept override { return settings_; }

    result<std::vector<feature>, complaint> list() override;
    call start(const request& request, bool quick, executor home, in_flight<answer>::notice noticed) override;
    void cancel(const call& abandoned) override;
    void watch(std::string_view uri, bool on) override;

    bool offers_features() const noexcept override { return offers_features_; }
    std::uint64_t auth_traits() const noexcept override { return 0; }
    bool offers_auth() const noexcept override { return false; }
    check authenticate(const credentials& shown, executor home) override;

    bool is_benched() const noexcept override { return is_benched_; }
    bool close(std::chrono::milliseconds grace) override;

private:
    // What keep() and what it calls do is the keeper's; all else is done by who asks.
    void keep(std::promise<result<void, complaint>> first);
    result<void, complaint> begin_life(worker& now, bool is_first);
    result<void, complaint> accept(description about);
    void tell_of(const worker::shortfalls& lacks);
    void serve(worker& now);
    time look_after(worker& now);
    void heard(const from_worker::any& message);
    void tell_of_death(const std::string& why, std::size_t lost);
    std::size_t end_begun(enum answer::kind as);
    std::size_t end_all(enum answer::kind as);
    bool rest(comeback::duration pause);

    std::size_t end(const std::vector<std::uint64_t>& calls, enum answer::kind as);

    const program& program_;
    config::plugin settings_;
    surroundings around_;
    log& log_;
    const std::string confinement_;  // of each life
    secret options_;
    description about_;
    bool offers_features_ = false;
    reception reception_;

    alarm alarm_;
    std::thread keeper_;
    comeback comeback_;      // of the keeper
    bool did_well_ = false;           // the same: something was answered in this life
    bool has_changed_lists_ = false;  // the same: in any life
    std::atomic<bool> is_benched_ = false;

    std::mutex listing_alone_;  // taken before the other one
    std::mutex mutex_;
    std::condition_variable changed_;  // a listing is over, or it closes
    worker_outbox outbox_;
    std::set<std::string, std::less<>> watched_;
    std::map<std::uint64_t, time> held_;  // calls that nobody waits for, and how long a worker may keep them
    listing* listing_ = nullptr;
    std::uint32_t listings_ = 0;
    bool is_closing_ = false;
    time close_by_{};
};

// ---- who asks ------------------------------------------------------------------------------------------

result<void, complaint> worker_instance::create() {
    std::promise<result<void, complaint>> first;
    auto has_begun = first.get_future();
    keeper_ = std::thread([this, first = std::move(first)]() mutable { keep(std::move(first)); });
    return has_begun.get();
}

call worker_instance::start(const request& asked, bool quick, executor home, in_flight<answer>::notice noticed) {
    auto made = std::make_shared<in_flight<answer>>(home, std::move(noticed), end_of(asked, around_.clock));
    const auto refuse = [&made](enum answer::kind kind) {
        made->deliver({kind, {}});
        return made;
    };
    auto& calls = reception_.calls();
    if (is_benched_) return refuse(answer::kind::benched);
    if (calls.size() >= most_open_calls) return refuse(answer::kind::busy);

    const auto deadline = std::chrono::duration_cast<std::chrono::milliseconds>(asked.deadline.time_since_epoch());
    to_worker::start message{0, quick, asked.method, asked.name, asked.params, asked.who.subject(), asked.who.issuer(),
                             {asked.who.scopes().begin(), asked.who.scopes().end()},
                             asked.client, asked.responses, asked.state, asked.traceparent, deadline.count()};
    std::unique_lock lock(mutex_);
    calls.add(made);
    message.call = made->id();
    if (!is_closing_ && outbox_.begin(message.call, frame_of<to_worker::any>(message))) {
        if (outbox_.is_stuck()) alarm_.ring();
        return made;
    }
    calls.take(message.call);
    lock.unlock();
    return refuse(answer::kind::busy);
}

void worker_instance::cancel(const call& abandoned) {
    abandoned->abandon();
    const auto id = abandoned->id();
    const std::lock_guard lock(mutex_);
    if (outbox_.withdraw(id)) {  // the plugin never hears of it
        reception_.calls().take(id);
        return;
    }
    if (!reception_.calls().find(id)) return;
    outbox_.add(frame_of<to_worker::any>(to_worker::cancel{id}));
    held_.emplace(id, std::max(steady_clock::now(), abandoned->until()) + longest_hold);
    alarm_.ring();
}

void worker_instance::watch(std::string_view uri, bool on) {
    const std::lock_guard lock(mutex_);
    if (on) watched_.emplace(uri);
    else watched_.erase(std::string(uri));
    if (!outbox_.add(frame_of<to_worker::any>(to_worker::watch{uri, on})))
        log_.warning("{}: it was not told that {} is {} watched: it does not listen", name(), uri, on ? "now" : "no longer");
    if (outbox_.is_stuck()) alarm_.ring();
}

// Asked again, when the worker ends before it has answered.
result<std::vector<feature>, complaint> worker_instance::list() {
    if (!offers_features_) return std::vector<feature>{};
    const auto end = steady_clock::now() + setup_limit;
    const std::lock_guard alone(listing_alone_);
    std::unique_lock lock(mutex_);
    for (;;) {
        listing all;
        listing_ = &all;
        const bool is_asked = outbox_.begin(asks_for_list, frame_of<to_worker::any>(to_worker::list{++listings_}));
        if (outbox_.is_stuck()) alarm_.ring();
        const auto is_over = [&] { return all.is_over() || !listing_ || is_closing_ || is_benched_; };
        const bool in_time = is_asked && changed_.wait_until(lock, end, is_over);
        listing_ = nullptr;
        outbox_.withdraw(asks_for_list);
        if (all.is_over()) return std::move(all).features();
        if (is_benched_) return complain("it has ended too often to be asked now");
        if (!in_time || is_closing_)
            return complain("its list() did not return within " + std::to_string(setup_limit.count()) + " s");
        // Its worker ended meanwhile: the next one is asked.
    }
}

check worker_instance::authenticate(const credentials&, executor home) {
    auto made = std::make_shared<in_flight<verdict>>(home);
    made->deliver({verdict::kind::refused, {}, wire::refusal::unavailable, "a worker guards no door"});
    return made;
}

bool worker_instance::close(std::chrono::milliseconds grace) {
    if (!keeper_.joinable()) return true;
    {
        const std::lock_guard lock(mutex_);
        is_closing_ = true;
        close_by_ = steady_clock::now() + grace;
        outbox_.add(frame_of<to_worker::any>(to_worker::close{static_cast<std::uint32_t>(grace.count())}));
    }
    changed_.notify_all();
    alarm_.call_off();
    keeper_.join();
    end_all(answer::kind::lost);
    return true;  // nothing of it is left to touch anything
}

std::size_t worker_instance::end(const std::vector<std::uint64_t>& calls, enum answer::kind as) {
    std::size_t count = 0;
    for (const auto id : calls) {
        const auto ended = reception_.calls().take(id);
        if (!ended || ended->is_abandoned()) continue;
        ended->deliver({as, {}});
        ++count;
    }
    return count;
}

// ---- the keeper ----------------------------------------------------------------------------------------

void worker_instance::keep(std::promise<result<void, complaint>> first) {
    for (bool is_first = true;;) {
        std::string why;
        std::size_t lost = 0;
        did_well_ = false;
        comeback_.lives(steady_clock::now());
        try {
            worker now(program_, name(), longest_from_worker(around_.max_result), alarm_, log_);
            const auto begun = begin_life(now, is_first);
            if (std::exchange(is_first, false)) {
                first.set_value(begun);
                if (!begun) return;
            }
            if (begun) serve(now);
            // Those who wait hear of it before anything else is found out.
            if (begun) lost = end_begun(answer::kind::lost);
            else end_all(answer::kind::busy);
            why = begun ? now.how_it_ended() : begun.error().why();
        } catch (const std::exception& wrong) {
            if (is_first) return first.set_value(complain(wrong.what()));
            lost = end_begun(answer::kind::lost);
            why = wrong.what();
        }
        {
            const std::lock_guard lock(mutex_);
            if (is_closing_) return;
        }
        const auto pause = comeback_.after_death(steady_clock::now(), did_well_);
        is_benched_ = comeback_.is_benched();
        tell_of_death(why, lost);
        if (is_benched_) end_all(answer::kind::benched);
        if (!rest(pause)) return;
    }
}

result<void, complaint> worker_instance::begin_life(worker& now, bool is_first) {
    const auto longest = longest_from_worker(around_.max_result);
    const to_worker::hello hello{worker_protocol, name(), confinement_, static_cast<std::uint32_t>(settings_.threads),
                                 static_cast<std::uint32_t>(settings_.queue), longest};
    const auto others = [this](const from_worker::any& message) { heard(message); };
    auto about = now.introduce(hello, others);
    if (!about) return about.error();
    if (is_first) tell_of(now.lacks());
    if (is_first)
        if (const auto fits = accept(std::move(*about)); !fits) return fits.error();
    const auto created = now.set_up(options_.reveal(), others);
    if (!created) return created.error();
    if (is_first) offers_features_ = created->offers_features;

    const std::lock_guard lock(mutex_);
    if (is_closing_) return complain("it is not wanted any more");
    is_benched_ = false;
    outbox_.open(now.socket());
    for (const auto& uri : watched_) outbox_.add(frame_of<to_worker::any>(to_worker::watch{uri, true}));
    // One whose lists change has forgotten how they were.
    if (has_changed_lists_)
        for (const auto kind : {"tool", "prompt", "resource"}) reception_.list_changed(kind);
    return {};
}

// Once: each life opens the same file.
result<void, complaint> worker_instance::accept(description about) {
    about_ = std::move(about);
    auto options = settings_.options;
    options.json = options_.reveal();
    const auto why = why_unfit(options, about_);
    wipe(options.json);
    if (why) return complain(*why);
    if (const auto lacks = why_not_granted(about_.needs, settings_)) return complain(*lacks);
    return {};
}

// Once, too: nothing about this changes from life to life.
void worker_instance::tell_of(const worker::shortfalls& lacks) {
    for (const auto& sentence : lacks.gaps) log_.warning("plugin {}: {}", name(), sentence);
    for (const auto& sentence : lacks.remarks) log_.debug("plugin {}: {}", name(), sentence);
}

void worker_instance::serve(worker& now) {
    auto look_at = look_after(now);
    for (;;) {
        const bool is_stuck = [this] {
            const std::lock_guard lock(mutex_);
            return outbox_.is_stuck();
        }();
        switch (now.wait(look_at, is_stuck)) {
        case worker::event::said: heard(now.message()); break;
        case worker::event::writable: {
            const std::lock_guard lock(mutex_);
            outbox_.go_on();
            break;
        }
        case worker::event::woken:
        case worker::event::late: look_at = look_after(now); break;
        case worker::event::over: return;
        }
    }
}

// Ends a worker that keeps what it may not, and says when to look again.
time worker_instance::look_after(worker& now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(held_, [this](const auto& one) { return !reception_.calls().find(one.first); });
    auto next = is_closing_ ? close_by_ : time::max();
    for (const auto& [id, until] : held_) next = std::min(next, until);
    if (next > steady_clock::now()) return next;
    if (is_closing_) {
        if (reception_.calls().size() > 0) log_.error("plugin {}: a call never came back from it", name());
        now.end("it was told to end and did not");
    } else {
        now.end("it kept a call for more than " + std::to_string(longest_hold.count()) + " s after its deadline");
    }
    return time::max();
}

void worker_instance::heard(const from_worker::any& message) {
    std::visit(
        [this](const auto& said) {
            using kind = std::remove_cvref_t<decltype(said)>;
            if constexpr (std::is_same_v<kind, from_worker::finished>) {
                if (reception_.finished(said.call, said.outcome, said.json)) did_well_ = true;
            } else if constexpr (std::is_same_v<kind, from_worker::finished_too_long>) {
                reception_.finished_too_long(said.call, said.size);
            } else if constexpr (std::is_same_v<kind, from_worker::dropped>) {
                if (reception_.calls().find(said.call)) end({said.call}, answer::kind::busy);
                else reception_.stray("an answer", said.call);
            } else if constexpr (std::is_same_v<kind, from_worker::notified>) {
                reception_.notified(said.call, said.method, said.params);
            } else if constexpr (std::is_same_v<kind, from_worker::logged>) {
                reception_.log_line(said.severity, said.line);
            } else if constexpr (std::is_same_v<kind, from_worker::list_changed>) {
                has_changed_lists_ = true;
                reception_.list_changed(said.kind);
            } else if constexpr (std::is_same_v<kind, from_worker::resource_updated>) {
                reception_.resource_updated(said.uri);
            } else if constexpr (std::is_same_v<kind, from_worker::feature>) {
                const std::lock_guard lock(mutex_);
                if (listing_ && said.list == listings_) listing_->add(said);
            } else if constexpr (std::is_same_v<kind, from_worker::listed>) {
                const std::lock_guard lock(mutex_);
                if (listing_ && said.list == listings_) listing_->end(said.is_known);
                changed_.notify_all();
            } else {
                // Belongs to the start of a life; changes nothing now.
            }
        },
        message);
}

// Those that the worker may have begun. The others wait for the next one.
std::size_t worker_instance::end_begun(enum answer::kind as) {
    const std::lock_guard lock(mutex_);
    outbox_.shut();
    held_.clear();
    const auto waiting = outbox_.waiting();
    if (std::ranges::find(waiting, asks_for_list) == waiting.end()) listing_ = nullptr;
    changed_.notify_all();
    const std::unordered_set<std::uint64_t> spared(waiting.begin(), waiting.end());
    auto calls = reception_.calls().open();
    std::erase_if(calls, [&](auto id) { return spared.contains(id); });
    return end(calls, as);
}

std::size_t worker_instance::end_all(enum answer::kind as) {
    const std::lock_guard lock(mutex_);
    outbox_.shut();
    outbox_.forget_all();
    held_.clear();
    listing_ = nullptr;
    changed_.notify_all();
    return end(reception_.calls().open(), as);
}

void worker_instance::tell_of_death(const std::string& why, std::size_t lost) {
    const auto calls = lost == 0 ? std::string() : "; " + std::to_string(lost) + (lost == 1 ? " call was lost" : " calls were lost");
    if (!is_benched_) return log_.error("plugin {}: {}{}; its worker is started again", name(), why, calls);
    log_.error("plugin {}: {}{}; that was {} times without an answer to anything, so it is left alone and tried again "
               "every {} s, or when the configuration is read again",
               name(), why, calls, comeback::most_in_vain,
               std::chrono::duration_cast<std::chrono::seconds>(comeback::on_the_bench).count());
}

// False when there is no next life.
bool worker_instance::rest(comeback::duration pause) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, pause, [this] { return is_closing_; });
    return !is_closing_;
}

}  // namespace

result<std::shared_ptr<instance>, complaint> make_worker_instance(const program& program,
                                                                  const std::filesystem::path& library,
                                                                  const config::plugin& settings,
                                                                  const surroundings& around) {
    static constexpr auto grace = std::chrono::seconds(5);
    const std::shared_ptr<worker_instance> made(new worker_instance(program, library, settings, around),
                                                [](worker_instance* one) {
                                                    one->close(grace);
                                                    delete one;
                                                });
    if (const auto created = made->create(); !created) return created.error();
    return std::shared_ptr<instance>(made);
}

}  // namespace toolrack::plugin
