#include "app/rack.hpp"

#include <utility>

#include "app/ending.hpp"

namespace toolrack::app {
namespace {

std::shared_ptr<const config::settings> read(const std::filesystem::path& file) {
    return std::make_shared<const config::settings>(config::read(file));
}

}  // namespace

rack::rack(const std::filesystem::path& file,
           const start_options& options,
           toolrack::log& log,
           app::renewal::watcher watcher)
    : settings(read(file)), hub(*settings, log), dropped(settings->directories),
      renewal(current, hub,
              [this, file, options](app::renewal::from source, const generation& before) {
                  auto next = source == app::renewal::from::the_configuration ? read(file) : before.shared_settings();
                  return std::make_shared<const generation>(std::move(next), options, hub, &before);
              },
              std::move(watcher)) {
    connect();
    hub.take_groups();
    current.set(std::make_shared<const generation>(settings, options, hub));
}

rack::~rack() {
    renewal.stop();
    current.set(nullptr);
}

// What plugins say of themselves reaches clients, and who listens reaches plugins.
void rack::connect() {
    hub.changes.list_changed = [this](std::string_view word) {
        if (const auto kind = mcp::read_list_kind(word)) renewal.list_changed(*kind);
    };
    hub.changes.resource_updated = [this](std::string_view uri) { hub.announcer.resource_updated(uri); };
    hub.changes.forgotten = [this](std::string_view backend, std::string_view credential) {
        hub.visits.put_out(backend, credential);
    };
    hub.changes.died = [this](std::string_view instance) { hub.figures.deaths.at({instance}).add(); };
    hub.announcer.on_watch([this](std::string_view uri, bool on) {
        const auto now = current.get();
        if (const auto* reader = now->catalog().find_reader(uri)) reader->from->watch(uri, on);
    });
    // Who listens hears of what may be read now, not of what could be read when they came.
    current.on_change([this](const generation& now) {
        hub.announcer.review([&](const wire::principal& who, std::string_view uri) {
            const auto* reader = now.catalog().find_reader(uri);
            return !reader || reader->needs.is_met_by(who);  // what is gone may come back
        });
    });
}

void rack::look_into_folders() {
    if (dropped.have_changed(current.get()->settings().directories)) renewal.folders_changed();
}

std::size_t rack::cut_off() {
    const auto of_before = renewal.cut_off();
    return of_before + current.get()->cut_off() + hub.sessions.cut_off();
}

void rack::take_down() {
    renewal.stop();
    if (!current.get()->close(plugin_grace)) leave_as_it_is(hub);
    hub.let_go();
    current.set(nullptr);
}

}  // namespace toolrack::app
