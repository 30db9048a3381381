#include "app/server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/control.hpp"
#include "app/drop_ins.hpp"
#include "app/ending.hpp"
#include "app/generation.hpp"
#include "app/handed_sockets.hpp"
#include "app/hub.hpp"
#include "app/process.hpp"
#include "app/pulse.hpp"
#include "app/renewal.hpp"
#include "app/serve.hpp"
#include "app/signals.hpp"
#include "app/supervisor.hpp"
#include "base/io_thread.hpp"
#include "base/lookout.hpp"
#include "http/listener.hpp"
#include "http/tls.hpp"
#include "stdio/pipe.hpp"

namespace toolrack::app {
namespace {

using namespace std::chrono_literals;

constexpr auto plugin_grace = 5s;
constexpr auto between_looks = 500ms;  // at files that are replaced while we run

std::vector<std::unique_ptr<io_thread>> make_threads(unsigned wanted) {
    const unsigned count = wanted ? wanted : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::unique_ptr<io_thread>> threads;
    for (unsigned i = 0; i < count; ++i) threads.push_back(std::make_unique<io_thread>());
    return threads;
}

std::string backends_of(const config::settings& settings) {
    std::string text;
    for (const auto& one : settings.auth.backends) text += (text.empty() ? "" : ", then ") + one.name;
    return text;
}

std::string counted(std::size_t count, const char* one) {
    return count == 0 ? "" : fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

// "current_time, convert_time, 2 prompts"
std::string offers_of(const generation::served_plugin& one) {
    constexpr std::size_t most_named = 8;
    std::vector<std::string> parts(one.tools.begin(), one.tools.begin() + static_cast<std::ptrdiff_t>(std::min(most_named, one.tools.size())));
    if (one.tools.size() > most_named) parts.push_back(counted(one.tools.size() - most_named, "more tool"));
    parts.push_back(counted(one.prompts, "prompt"));
    parts.push_back(counted(one.resources, "resource"));
    std::erase(parts, "");
    return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string plugins_of(const generation::account& report) {
    std::string text;
    for (const auto& one : report.served)
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", one.name, offers_of(one));
    if (text.empty()) text = "none";
    if (report.left_out) text += fmt::format("; {} left out, see above", report.left_out);
    return text;
}

// For the person who started it. A server whose standard error cannot be written serves all the same.
void say(const std::string& lines) { std::fputs(lines.c_str(), stderr); }

void print_summary(const generation& now, const http::tls* secured) {
    if (secured) say(fmt::format("  tls      {}\n", secured->summary()));
    say(fmt::format("  auth     {}\n  plugins  {}\n  config   {}\n",
                    backends_of(now.settings()),
                    plugins_of(now.report()),
                    now.settings().file.string()));
}

// Null when the configuration wants clear text.
std::unique_ptr<http::tls> open_tls(const config::settings& settings, toolrack::log& log) {
    if (!settings.tls) return nullptr;
    const auto& server = settings.server;
    if (server.public_url && server.public_url->starts_with("http://"))
        log.warning("server.public_url begins with http://, but [tls] makes this server speak https; clients that "
                    "are given {} will not reach it", *server.public_url);
    if (!server.allow_cleartext.empty())
        log.warning("server.allow_cleartext has no effect, because [tls] takes clear text from nobody");
    return std::make_unique<http::tls>(*settings.tls, log);
}

std::string url_of(const config::address& address, const config::settings& settings) {
    if (address.kind == config::address::kind::unix_socket) return to_string(address);
    return (settings.tls ? "https://" : "http://") + to_string(address) + settings.server.path;
}

// What runs beneath the transports: the hub, the generation that is current, and what keeps it so.
struct rack {
    rack(const std::filesystem::path& file, const start_options& options, toolrack::log& log)
        : settings(read(file)), hub(*settings, log), dropped(settings->directories),
          renewal(current, hub, [this, file, options](app::renewal::from source, const generation& before) {
              auto next = source == app::renewal::from::the_configuration ? read(file) : before.shared_settings();
              return std::make_shared<const generation>(std::move(next), options, hub, &before);
          }) {
        // What plugins say of themselves reaches clients, and who listens reaches plugins.
        hub.changes.list_changed = [this](std::string_view word) {
            if (const auto kind = mcp::read_list_kind(word)) renewal.list_changed(*kind);
        };
        hub.changes.resource_updated = [this](std::string_view uri) { hub.announcer.resource_updated(uri); };
        hub.changes.forgotten = [this](std::string_view backend, std::string_view credential) {
            hub.visits.put_out(backend, credential);
        };
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
        current.set(std::make_shared<const generation>(settings, options, hub));
    }
    // Plugins may still say that something changed while they are taken down, so they go first.
    ~rack() {
        renewal.stop();
        current.set(nullptr);
    }
    rack(const rack&) = delete;
    rack& operator=(const rack&) = delete;

    // Now and then, on one thread.
    void look_into_folders() {
        if (dropped.have_changed(current.get()->settings().directories)) renewal.folders_changed();
    }

    // When the I/O threads have stopped, and before they are gone. Does not return when a plugin keeps a
    // thread.
    void take_down() {
        renewal.stop();
        if (!current.get()->close(plugin_grace)) leave_as_it_is(hub);
        hub.let_go();
        current.set(nullptr);
    }

    // As they were at the start; those of now are the current generation's.
    const std::shared_ptr<const config::settings> settings;
    app::hub hub;
    current_generation current;
    drop_ins dropped;  // looked at before the first generation is made, so that nothing slips between
    app::renewal renewal;

private:
    static std::shared_ptr<const config::settings> read(const std::filesystem::path& file) {
        return std::make_shared<const config::settings>(config::read(file));
    }
};

// A request over stdio, on the generation that is current when it comes.
awaitable<void> answer_current(const wire::message& message,
                               const wire::principal& who,
                               wire::outlet& to,
                               const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().answer(message, who, to);
}

awaitable<void> answer_batch(std::string_view body,
                             const wire::json_limits& limits,
                             const wire::principal& who,
                             wire::outlet& to,
                             const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().answer_batch(body, limits, who, to);
}

// A legacy client's session, for what is said to it unasked.
awaitable<void> hold_session(std::string session,
                             const wire::principal& who,
                             wire::outlet& to,
                             const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().open_stream(session, std::nullopt, who, to);
}

void serve_until_stopped(const signals& signals, const supervisor& supervisor, pulse& pulse, renewal& renewal) {
    for (;;) {
        pulse.feel();
        const auto wish = signals.next(pulse.interval());
        if (wish == signals::wish::stop) return;
        if (wish != signals::wish::read_again) continue;
        supervisor.say_reloading();
        renewal.read_again([&supervisor](const renewed&) { supervisor.say_ready(); });
    }
}

}  // namespace

exit_code run_server(const std::filesystem::path& config, const start_options& options, log& log) {
    const supervisor supervisor(log);
    handed_sockets handed(log);
    const signals signals;
    rack rack(config, options, log);
    const auto& settings = *rack.settings;
    const auto secured = open_tls(settings, log);
    allow_open_files(settings.server.http.connections, log);
    // Gone before the rack: what is still under way on a thread may hold the last of a plugin.
    const auto threads = make_threads(settings.server.threads);

    // Only now, with every lock and every plugin in place, is anything bound.
    http::policy policy;
    const http::handler handle = [&](http::exchange& x) { return serve_current(x, policy, rack.current); };
    const auto& limits = settings.server.http;
    const auto inside = std::make_shared<http::crowd>(limits.connections, limits.connections_per_source);
    std::vector<std::unique_ptr<http::listener>> listeners;
    std::vector<config::address> bound;
    for (auto& socket : handed.listen_on_all(settings.server)) {
        bound.push_back(socket.address);
        listeners.push_back(std::make_unique<http::listener>(
            std::move(socket), settings.server, inside, threads, handle, log, secured.get()));
    }
    policy = http::make_policy(settings.server, bound, secured != nullptr);

    for (const auto& thread : threads) thread->start();
    for (const auto& one : listeners) one->start();
    std::optional<lookout> watching(std::in_place, between_looks, [&] {
        if (secured) secured->look();
        rack.look_into_folders();
    });
    std::optional<control> controlled(std::in_place, config, rack.renewal, log);
    for (const auto& address : bound) say(fmt::format("toolrack {} serving {}\n", TOOLRACK_VERSION, url_of(address, settings)));
    print_summary(*rack.current.get(), secured.get());
    supervisor.say_ready();

    pulse pulse(threads, supervisor, log);
    serve_until_stopped(signals, supervisor, pulse, rack.renewal);
    const impatience second_signal(signals, rack.hub);
    log.info("stopping: {} ms for requests to end, or a second signal", settings.server.drain.count());
    supervisor.say_stopping();
    controlled.reset();
    watching.reset();
    drain(listeners, settings.server.drain, rack.hub, pulse);
    for (const auto& thread : threads) thread->stop();
    listeners.clear();
    rack.take_down();
    return exit_code::ok;
}

exit_code run_stdio(const std::filesystem::path& config, log& log) {
    // Nothing but the protocol may reach the client: whatever a plugin prints goes where the log goes.
    const int input = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int output = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (input < 0 || output < 0) throw failure("Standard input or output is closed; --stdio needs both.", exit_code::usage);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);

    const signals signals;
    start_options options;
    options.stdio = true;
    rack rack(config, options, log);
    const auto& settings = *rack.settings;
    const auto who = auth::gate::local_user(settings.stdio.subject, rack.hub.accounts, rack.hub.clock.steady());

    io_thread thread;
    wire::json_limits limits;
    limits.depth = settings.server.json_depth;
    stdio::pipe pipe(
        thread, input, output, limits, settings.server.http.body,
        {[&](const wire::message& message, wire::outlet& to) { return answer_current(message, who, to, rack.current); },
         [&](std::string_view body, wire::outlet& to) { return answer_batch(body, limits, who, to, rack.current); },
         [&](std::string session, wire::outlet& to) { return hold_session(std::move(session), who, to, rack.current); }},
        log);
    asio::co_spawn(thread.get_executor(), pipe.run(), [](std::exception_ptr) { ::kill(::getpid(), SIGTERM); });
    thread.start();
    std::optional<lookout> watching(std::in_place, between_looks, [&] { rack.look_into_folders(); });
    signals.next();
    watching.reset();

    thread.stop();
    rack.take_down();
    return exit_code::ok;
}

exit_code run_check(const std::filesystem::path& config, const start_options& options, log& log) {
    const auto settings = std::make_shared<const config::settings>(config::read(config));
    const auto secured = open_tls(*settings, log);
    hub hub(*settings, log);
    const generation now(settings, options, hub);
    say(fmt::format("toolrack {} would start\n", TOOLRACK_VERSION));
    print_summary(now, secured.get());
    if (!now.close(plugin_grace)) leave_as_it_is(hub);
    return exit_code::ok;
}

}  // namespace toolrack::app
