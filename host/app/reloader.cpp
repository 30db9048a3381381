#include "app/reloader.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "app/generation_loader.hpp"
#include "auth/revoke.hpp"

namespace toolrack::app {
namespace {

const std::set all_lists{mcp::list_kind::tools, mcp::list_kind::prompts, mcp::list_kind::resources};

// A backend that is gone cannot revoke what it granted.
void revoke_grants_of_removed_backends(const generation& previous, const generation& next, process_state& state) {
    for (const auto& old : previous.backends()) {
        const auto is_same = [&old](const loaded_instance& one) { return one.instance == old.instance; };
        if (std::ranges::none_of(next.backends(), is_same))
            auth::revoke(state.remembered_grants, state.open_streams, old.instance->name(), {});
    }
}

void warn_about_restart(const generation& previous, const generation& next, log& log) {
    if (!config::has_same_listeners(next.settings().server, previous.settings().server))
        log.warning(
            "[server] or [limits] changes addresses, hosts, threads, connections, sessions or memory, which only "
            "takes effect after a restart");
}

}  // namespace

reloader::reloader(current_generation& current, process_state& process_state, loader load, observer observer)
    : current_(current), process_state_(process_state), load_(std::move(load)), observer_(std::move(observer)),
      thread_([this] { run(); }) {}

reloader::~reloader() { stop(); }

void reloader::stop() {
    stop_thread();
    replaced_.clear();
}

std::size_t reloader::interrupt_calls() {
    stop_thread();
    std::size_t count = 0;
    for (const auto& one : replaced_) count += one->interrupt_calls();
    return count;
}

void reloader::stop_thread() {
    {
        const lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    wakeup_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void reloader::request(const std::function<void(requests&)>& add) {
    {
        const lock_guard lock(mutex_);
        add(pending_);
    }
    wakeup_.notify_one();
}

void reloader::list_changed(mcp::list_kind kind) {
    request([kind](requests& pending) { pending.lists.insert(kind); });
}

void reloader::plugin_directories_changed() {
    request([](requests& pending) { pending.plugin_directories = true; });
}

void reloader::reload(callback done) {
    request([&done](requests& pending) {
        pending.configuration = true;
        if (done) pending.callbacks.push_back(std::move(done));
    });
}

void reloader::run() {
    constexpr auto poll_interval = std::chrono::milliseconds(200);  // while replaced generations are in use
    for (;;) {
        requests now;
        {
            unique_lock lock(mutex_);
            while (!is_stopped_ && pending_.are_none()) {
                if (replaced_.empty()) wakeup_.wait(lock.native());
                else if (wakeup_.wait_for(lock.native(), poll_interval) == std::cv_status::timeout) break;
            }
            if (is_stopped_) return;
            now = std::exchange(pending_, {});
        }
        if (!now.are_none()) serve(now);
        destroy_unused();
    }
}

void reloader::serve(const requests& pending) {
    reload_result result;
    if (!current_.get()) return;  // the first generation is being made, and reads everything anyway
    const bool loads = pending.configuration || pending.plugin_directories;
    if (loads && observer_.on_begin) observer_.on_begin();
    if (loads && load(pending.configuration ? source::configuration : source::plugin_directories, result))
        notify_clients(all_lists);
    else if (!pending.lists.empty() && read_lists_again()) notify_clients(pending.lists);
    if (loads && observer_.on_end) observer_.on_end();
    for (const auto& done : pending.callbacks) done(result);
}

// True when the current generation was replaced.
bool reloader::load(source from, reload_result& result) {
    const char* const what = from == source::configuration ? "configuration" : "plugin directories";
    try {
        auto previous = current_.get();
        auto next = load_(from, *previous);
        result.problems = next->report().problems;
        if (from == source::plugin_directories && next->has_same_instances(*previous)) return false;
        replace(std::move(previous), std::move(next));
        if (from == source::configuration) process_state_.last_load.set_loaded();
        process_state_.log.info("{} reloaded", what);
        return true;
    } catch (const std::exception& error) {
        result.error = error.what();
        if (from == source::configuration) process_state_.last_load.set_failed(result.error);
        process_state_.log.error("{} not reloaded, nothing changed: {}", what, error.what());
        return false;
    }
}

bool reloader::read_lists_again() {
    try {
        auto previous = current_.get();
        auto next = with_lists_read_again(*previous, process_state_);
        replace(std::move(previous), std::move(next));
        return true;
    } catch (const std::exception& error) {
        process_state_.log.error("the lists of the plugins could not be read again, keeping the old ones: {}",
                                 error.what());
        return false;
    }
}

void reloader::notify_clients(const std::set<mcp::list_kind>& lists) {
    for (const auto kind : lists) process_state_.notifier.list_changed(kind);
}

void reloader::replace(std::shared_ptr<const generation> previous, std::shared_ptr<const generation> next) {
    current_.set(next);
    // A reload is also how a log rotation announces that the file was renamed.
    if (const auto& journal = next->audit_policy().shared_journal()) journal->check_file();
    warn_about_restart(*previous, *next, process_state_.log);
    revoke_grants_of_removed_backends(*previous, *next, process_state_);
    replaced_.push_back(std::move(previous));
}

void reloader::destroy_unused() {
    std::erase_if(replaced_, [](const auto& one) { return one.use_count() == 1; });
}

}  // namespace toolrack::app
