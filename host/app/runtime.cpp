#include "app/runtime.hpp"

#include <utility>

#include "app/drain.hpp"

namespace toolrack::app {
namespace {

std::shared_ptr<const config::settings> read(const std::filesystem::path& file) {
    return std::make_shared<const config::settings>(config::read(file));
}

}  // namespace

runtime::runtime(const std::filesystem::path& file,
           const start_options& options,
           toolrack::log& log,
           app::reloader::watcher watcher)
    : settings(read(file)), process_state(*settings, log), dropped(settings->directories),
      reloader(current, process_state,
              [this, file, options](app::reloader::from source, const generation& before) {
                  auto next = source == app::reloader::from::the_configuration ? read(file) : before.shared_settings();
                  return std::make_shared<const generation>(std::move(next), options, process_state, &before);
              },
              std::move(watcher)) {
    connect();
    process_state.take_groups();
    current.set(std::make_shared<const generation>(settings, options, process_state));
}

runtime::~runtime() {
    reloader.stop();
    current.set(nullptr);
}

// What plugins say of themselves reaches clients, and who listens reaches plugins.
void runtime::connect() {
    process_state.changes.list_changed = [this](std::string_view word) {
        if (const auto kind = mcp::read_list_kind(word)) reloader.list_changed(*kind);
    };
    process_state.changes.resource_updated = [this](std::string_view uri) { process_state.notifier.resource_updated(uri); };
    process_state.changes.forgotten = [this](std::string_view backend, std::string_view credential) {
        process_state.open_streams.close_revoked(backend, credential);
    };
    process_state.changes.died = [this](std::string_view instance) { process_state.figures.deaths.at({instance}).add(); };
    process_state.notifier.on_watch([this](std::string_view uri, bool on) {
        const auto now = current.get();
        if (const auto* reader = now->catalog().find_reader(uri)) reader->from->watch(uri, on);
    });
    // Who listens hears of what may be read now, not of what could be read when they came.
    current.on_change([this](const generation& now) {
        process_state.notifier.review([&](const identity::principal& who, std::string_view uri) {
            const auto* reader = now.catalog().find_reader(uri);
            return !reader || reader->needs.is_met_by(who);  // what is gone may come back
        });
    });
}

void runtime::look_into_folders() {
    if (dropped.have_changed(current.get()->settings().directories)) reloader.folders_changed();
}

std::size_t runtime::cut_off() {
    const auto of_before = reloader.cut_off();
    return of_before + current.get()->cut_off() + process_state.sessions.cut_off();
}

void runtime::take_down() {
    reloader.stop();
    if (!current.get()->close(plugin_grace)) exit_without_cleanup(process_state);
    process_state.let_go();
    current.set(nullptr);
}

}  // namespace toolrack::app
