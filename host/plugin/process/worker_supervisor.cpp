#include "plugin/process/worker_supervisor.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "plugin/process/confinement.hpp"
#include "plugin/needs.hpp"

namespace toolrack::plugin {

namespace {

// What all processes of a plugin may have together. Each is limited to what it was granted by itself, and meets that
// first while it is the only one: running out of memory is then something that a plugin can be told.
cgroup::limits limits_of(const config::plugin& settings) {
    constexpr std::size_t of_the_worker = 64u * 1024 * 1024;
    constexpr std::size_t threads_of_a_process = 64;  // which the kernel counts like processes
    const auto processes = std::size_t{1} + settings.sandbox.processes;
    return {settings.sandbox.memory + of_the_worker,
            settings.threads + listing_threads + processes * threads_of_a_process};
}

}  // namespace

using std::chrono::steady_clock;

worker_supervisor::worker_supervisor(const program& program,
               std::filesystem::path library,
               const config::plugin& settings,
               const dependencies& around,
               plugin_callbacks& plugin_callbacks,
               dispatch& dispatch,
               wakeup_event& wakeup_event)
    : program_(program), settings_(settings), longest_(longest_from_worker(around.max_result)), log_(around.log),
      groups_(around.groups), plugin_callbacks_(plugin_callbacks), dispatch_(dispatch), wakeup_event_(wakeup_event),
      confinement_(to_json({settings.sandbox, std::move(library), state_folder_of(around.state, settings.name),
                            settings.threads + listing_threads})),
      options_(settings.options.json) {
    wipe(settings_.options.json);  // only workers need to know
}

result<void, complaint> worker_supervisor::begin() {
    std::promise<result<void, complaint>> first;
    auto has_begun = first.get_future();
    thread_ = std::thread([this, first = std::move(first)]() mutable { run(std::move(first)); });
    return has_begun.get();
}

void worker_supervisor::join() {
    if (thread_.joinable()) thread_.join();
}

std::unique_ptr<cgroup> worker_supervisor::make_group() const {
    return groups_ ? groups_->make(name(), limits_of(settings_), log_) : nullptr;
}

void worker_supervisor::run(std::promise<result<void, complaint>> first) {
    for (bool is_first = true;;) {
        std::string why;
        std::size_t lost = 0;
        did_well_ = false;
        restart_policy_.lives(steady_clock::now());
        try {
            worker now(program_, name(), longest_, wakeup_event_, log_, make_group());
            const auto begun = begin_life(now, is_first);
            if (std::exchange(is_first, false)) {
                first.set_value(begun);
                if (!begun) return;
            }
            if (begun) serve(now);
            // Those who wait hear of it before anything else is found out.
            if (begun) lost = dispatch_.end_begun(answer::kind::lost);
            else dispatch_.end_all(answer::kind::busy);
            why = begun ? now.how_it_ended() : begun.error().why();
        } catch (const std::exception& wrong) {
            if (is_first) return first.set_value(complain(wrong.what()));
            lost = dispatch_.end_begun(answer::kind::lost);
            why = wrong.what();
        }
        if (dispatch_.is_closing()) return;
        const auto pause = restart_policy_.after_death(steady_clock::now(), did_well_);
        plugin_callbacks_.died(why, restart_policy_.is_suspended());
        if (restart_policy_.is_suspended()) dispatch_.give_up();
        tell_of_death(why, lost);
        if (!dispatch_.rest(pause)) return;
    }
}

result<void, complaint> worker_supervisor::begin_life(worker& now, bool is_first) {
    const to_worker::hello hello{worker_protocol, name(), confinement_, static_cast<std::uint32_t>(settings_.threads),
                                 static_cast<std::uint32_t>(settings_.queue), longest_};
    const auto others = [this](const from_worker::any& message) { heard(message); };
    auto about = now.introduce(hello, others);
    if (!about) return about.error();
    if (is_first) tell_of(now.lacks());
    if (is_first)
        if (const auto fits = accept(std::move(*about)); !fits) return fits.error();
    const auto created = now.set_up(options_.reveal(), others);
    if (!created) return created.error();
    if (is_first) offers_features_ = created->offers_features;

    if (!dispatch_.open(now.socket())) return complain("it is not wanted any more");
    plugin_callbacks_.health().serves();
    // One whose lists change has forgotten how they were.
    if (has_changed_lists_)
        for (const auto kind : {"tool", "prompt", "resource"}) plugin_callbacks_.list_changed(kind);
    return {};
}

// Once: each life opens the same file.
result<void, complaint> worker_supervisor::accept(description about) {
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
void worker_supervisor::tell_of(const worker::shortfalls& lacks) {
    for (const auto& sentence : lacks.gaps) log_.warning("plugin {}: {}", name(), sentence);
    for (const auto& sentence : lacks.remarks) log_.debug("plugin {}: {}", name(), sentence);
}

void worker_supervisor::serve(worker& now) {
    auto look_at = look_after(now);
    for (;;) {
        switch (now.wait(look_at, dispatch_.is_stuck())) {
        case worker::event::said: heard(now.message()); break;
        case worker::event::writable: dispatch_.go_on(); break;
        case worker::event::woken:
        case worker::event::late: look_at = look_after(now); break;
        case worker::event::over: return;
        }
    }
}

// Ends a worker that keeps what it may not, and says when to look again.
worker::time worker_supervisor::look_after(worker& now) {
    const auto patience = dispatch_.look();
    if (!patience.is_over.empty()) now.end(patience.is_over);
    return patience.until;
}

void worker_supervisor::heard(const from_worker::any& message) {
    std::visit(
        [this](const auto& said) {
            using kind = std::remove_cvref_t<decltype(said)>;
            if constexpr (std::is_same_v<kind, from_worker::finished>) {
                if (plugin_callbacks_.finished(said.call, said.outcome, said.json)) did_well_ = true;
            } else if constexpr (std::is_same_v<kind, from_worker::finished_too_long>) {
                plugin_callbacks_.finished_too_long(said.call, said.size);
            } else if constexpr (std::is_same_v<kind, from_worker::dropped>) {
                dispatch_.dropped(said.call);
            } else if constexpr (std::is_same_v<kind, from_worker::notified>) {
                plugin_callbacks_.notified(said.call, said.method, said.params);
            } else if constexpr (std::is_same_v<kind, from_worker::logged>) {
                plugin_callbacks_.log_line(said.severity, said.line);
            } else if constexpr (std::is_same_v<kind, from_worker::list_changed>) {
                has_changed_lists_ = true;
                plugin_callbacks_.list_changed(said.kind);
            } else if constexpr (std::is_same_v<kind, from_worker::resource_updated>) {
                plugin_callbacks_.resource_updated(said.uri);
            } else if constexpr (std::is_same_v<kind, from_worker::degraded>) {
                plugin_callbacks_.report_degraded(said.what);
            } else if constexpr (std::is_same_v<kind, from_worker::feature> ||
                                 std::is_same_v<kind, from_worker::listed>) {
                dispatch_.listed(said);
            } else {
                // Belongs to the start of a life; changes nothing now.
            }
        },
        message);
}

void worker_supervisor::tell_of_death(const std::string& why, std::size_t lost) {
    const auto calls =
        lost == 0 ? std::string() : "; " + std::to_string(lost) + (lost == 1 ? " call was lost" : " calls were lost");
    if (!restart_policy_.is_suspended()) return log_.error("plugin {}: {}{}; its worker is started again", name(), why, calls);
    log_.error("plugin {}: {}{}; that was {} times without an answer to anything, so it is left alone and tried again "
               "every {} s, or when the configuration is read again",
               name(), why, calls, restart_policy::most_in_vain,
               std::chrono::duration_cast<std::chrono::seconds>(restart_policy::on_the_bench).count());
}

}  // namespace toolrack::plugin
