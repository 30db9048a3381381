#include "plugin/process/worker_supervisor.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "plugin/process/confinement.hpp"
#include "plugin/process/permissions.hpp"

namespace toolrack::plugin {

namespace {

// The limits of all processes of a plugin together. The limit of a single process is lower, so that a plugin without
// children gets a failed allocation before the kernel kills it.
cgroup::limits limits_of(const config::plugin& settings) {
    constexpr std::size_t worker_memory = 64u * 1024 * 1024;
    constexpr std::size_t threads_per_process = 64;  // a cgroup counts threads as processes
    const auto processes = std::size_t{1} + settings.sandbox.processes;
    return {settings.sandbox.memory + worker_memory,
            settings.threads + listing_threads + processes * threads_per_process};
}

}  // namespace

using std::chrono::steady_clock;

worker_supervisor::worker_supervisor(const program& program,
                                     std::filesystem::path library,
                                     const config::plugin& settings,
                                     const dependencies& around,
                                     plugin_callbacks& callbacks,
                                     worker_requests& requests,
                                     wakeup_event& wakeup)
    : program_(program), settings_(settings), longest_frame_(longest_from_worker(around.max_result)), log_(around.log),
      groups_(around.groups), callbacks_(callbacks), requests_(requests), wakeup_(wakeup),
      confinement_(to_json({settings.sandbox,
                            std::move(library),
                            state_folder_of(around.state, settings.name),
                            settings.threads + listing_threads})),
      options_(settings.options.json) {
    wipe(settings_.options.json);  // kept as a secret only
}

result<void, complaint> worker_supervisor::start() {
    std::promise<result<void, complaint>> first;
    auto has_started = first.get_future();
    thread_ = std::thread([this, first = std::move(first)]() mutable { run(std::move(first)); });
    return has_started.get();
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
        has_answered_ = false;
        restart_policy_.started(steady_clock::now());
        try {
            worker process(program_, name(), longest_frame_, wakeup_, log_, make_group());
            const auto started = start_worker(process, is_first);
            if (std::exchange(is_first, false)) {
                first.set_value(started);
                if (!started) return;
            }
            if (started) serve(process);
            // Before exit_reason(), which can take a while.
            if (started) lost = requests_.fail_started(answer::kind::lost);
            else requests_.fail_all(answer::kind::busy);
            why = started ? process.exit_reason() : started.error().why();
        } catch (const std::exception& wrong) {
            if (is_first) return first.set_value(complain(wrong.what()));
            lost = requests_.fail_started(answer::kind::lost);
            why = wrong.what();
        }
        if (requests_.is_closing()) return;
        const auto pause = restart_policy_.after_exit(steady_clock::now(), has_answered_);
        callbacks_.worker_exited(why, restart_policy_.is_suspended());
        if (restart_policy_.is_suspended()) requests_.suspend();
        log_exit(why, lost);
        if (!requests_.pause_restart(pause)) return;
    }
}

result<void, complaint> worker_supervisor::start_worker(worker& process, bool is_first) {
    const to_worker::hello hello{worker_protocol,
                                 name(),
                                 confinement_,
                                 static_cast<std::uint32_t>(settings_.threads),
                                 static_cast<std::uint32_t>(settings_.queue),
                                 longest_frame_};
    const auto on_message = [this](const from_worker::any& message) { handle(message); };
    auto about = process.load(hello, on_message);
    if (!about) return about.error();
    if (is_first) {
        log_confinement(process.confinement());
        if (const auto accepted = accept(std::move(*about)); !accepted) return accepted.error();
    }
    const auto created = process.create(options_.reveal(), on_message);
    if (!created) return created.error();
    if (is_first) offers_features_ = created->offers_features;

    if (!requests_.attach(process.socket())) return complain("it was stopped during its start");
    callbacks_.health().set_serving();
    // The new process does not have the changes that the previous one made to its lists.
    if (has_changed_lists_)
        for (const auto kind : {"tool", "prompt", "resource"}) callbacks_.list_changed(kind);
    return {};
}

// Only for the first worker: all of them open the same file.
result<void, complaint> worker_supervisor::accept(description about) {
    about_ = std::move(about);
    auto options = settings_.options;
    options.json = options_.reveal();
    const auto error = options_error(options, about_);
    wipe(options.json);
    if (error) return complain(*error);
    if (const auto missing = missing_permissions(about_.needs, settings_)) return complain(*missing);
    return {};
}

// Only for the first worker: the next ones have the same.
void worker_supervisor::log_confinement(const worker::confinement_notes& notes) {
    for (const auto& sentence : notes.warnings) log_.warning("plugin {}: {}", name(), sentence);
    for (const auto& sentence : notes.debug) log_.debug("plugin {}: {}", name(), sentence);
}

void worker_supervisor::serve(worker& process) {
    auto next_check = check_deadlines(process);
    for (;;) {
        switch (process.wait(next_check, requests_.has_unsent())) {
        case worker::event::message: handle(process.message()); break;
        case worker::event::writable: requests_.send_unsent(); break;
        case worker::event::woken:
        case worker::event::timeout: next_check = check_deadlines(process); break;
        case worker::event::exited: return;
        }
    }
}

// Stops a worker that exceeded a deadline. Returns the time of the next check.
worker::time worker_supervisor::check_deadlines(worker& process) {
    const auto checked = requests_.check_deadlines();
    if (!checked.stop_reason.empty()) process.stop(checked.stop_reason);
    return checked.next_check;
}

void worker_supervisor::handle(const from_worker::any& message) {
    std::visit(
        [this](const auto& one) {
            using kind = std::remove_cvref_t<decltype(one)>;
            if constexpr (std::is_same_v<kind, from_worker::finished>) {
                if (callbacks_.finish(one.call, one.outcome, one.json)) has_answered_ = true;
            } else if constexpr (std::is_same_v<kind, from_worker::finished_too_long>) {
                callbacks_.finish_too_long(one.call, one.size);
            } else if constexpr (std::is_same_v<kind, from_worker::dropped>) {
                requests_.drop(one.call);
            } else if constexpr (std::is_same_v<kind, from_worker::notified>) {
                callbacks_.notify(one.call, one.method, one.params);
            } else if constexpr (std::is_same_v<kind, from_worker::logged>) {
                callbacks_.log_line(one.severity, one.line);
            } else if constexpr (std::is_same_v<kind, from_worker::list_changed>) {
                has_changed_lists_ = true;
                callbacks_.list_changed(one.kind);
            } else if constexpr (std::is_same_v<kind, from_worker::resource_updated>) {
                callbacks_.resource_updated(one.uri);
            } else if constexpr (std::is_same_v<kind, from_worker::degraded>) {
                callbacks_.report_degraded(one.reason);
            } else if constexpr (std::is_same_v<kind, from_worker::feature>) {
                requests_.add_feature(one);
            } else if constexpr (std::is_same_v<kind, from_worker::listed>) {
                requests_.finish_listing(one);
            } else {
                // Valid only during the start.
            }
        },
        message);
}

void worker_supervisor::log_exit(const std::string& why, std::size_t lost) {
    const auto calls =
        lost == 0 ? std::string() : "; " + std::to_string(lost) + (lost == 1 ? " call was lost" : " calls were lost");
    if (!restart_policy_.is_suspended())
        return log_.error("plugin {}: {}{}; restarting its worker", name(), why, calls);
    log_.error("plugin {}: {}{}; suspended after {} exits without an answer: the next start is in {} s, or on reload",
               name(),
               why,
               calls,
               restart_policy::max_failures,
               std::chrono::duration_cast<std::chrono::seconds>(restart_policy::suspension).count());
}

}  // namespace toolrack::plugin
