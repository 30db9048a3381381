#include "app/runtime.hpp"

#include <utility>

#include "app/drain.hpp"
#include "app/generation_loader.hpp"
#include "auth/revoke.hpp"

namespace toolrack::app {
namespace {

std::shared_ptr<const config::settings> read(const std::filesystem::path& file) {
    return std::make_shared<const config::settings>(config::read(file));
}

}  // namespace

runtime::runtime(const std::filesystem::path& file,
                 const start_options& options,
                 toolrack::log& log,
                 app::reloader::observer observer)
    : settings(read(file)), process_state(*settings, log), directory_watch(settings->directories),
      reloader(
          current,
          process_state,
          [this, file, options](app::reloader::source from, const generation& previous) {
              auto next = from == app::reloader::source::configuration ? read(file) : previous.shared_settings();
              return load_generation(std::move(next), options, process_state, &previous);
          },
          std::move(observer)) {
    connect_events();
    process_state.use_cgroups();
    current.set(load_generation(settings, options, process_state));
}

runtime::~runtime() {
    reloader.stop();
    current.set(nullptr);
}

// Connects the events of plugins to clients, and the subscriptions of clients to plugins.
void runtime::connect_events() {
    process_state.changes.list_changed = [this](std::string_view word) {
        if (const auto kind = mcp::read_list_kind(word)) reloader.list_changed(*kind);
    };
    process_state.changes.resource_updated = [this](std::string_view uri) {
        process_state.notifier.resource_updated(uri);
    };
    process_state.changes.credential_revoked = [this](std::string_view backend, std::string_view credential) {
        auth::revoke(process_state.remembered_grants, process_state.open_streams, backend, credential);
    };
    process_state.changes.worker_exited = [this](std::string_view instance) {
        process_state.registry.worker_crashes.at({instance}).add();
    };
    process_state.notifier.on_watch([this](std::string_view uri, bool on) {
        const auto now = current.get();
        if (const auto* reader = now->catalog().find_reader(uri)) reader->from->watch(uri, on);
    });
    // Ends subscriptions to resources that the new generation does not let the subscriber read.
    current.on_change([this](const generation& now) {
        process_state.notifier.review([&](const identity::principal& who, std::string_view uri) {
            const auto* reader = now.catalog().find_reader(uri);
            return !reader || reader->needs.is_met_by(who);  // a removed resource may come back
        });
    });
}

void runtime::check_plugin_directories() {
    if (directory_watch.has_changed(current.get()->settings().directories)) reloader.plugin_directories_changed();
}

std::size_t runtime::interrupt_calls() {
    const auto of_replaced = reloader.interrupt_calls();
    return of_replaced + current.get()->interrupt_calls() + process_state.sessions.interrupt_calls();
}

void runtime::shut_down() {
    reloader.stop();
    if (!current.get()->close_instances(plugin_grace, process_state.log)) exit_without_cleanup(process_state);
    process_state.release_io_state();
    current.set(nullptr);
}

}  // namespace toolrack::app
