#include "app/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/control.hpp"
#include "app/drain.hpp"
#include "service/second_signal_exit.hpp"
#include "service/inherited_sockets.hpp"
#include "service/process.hpp"
#include "service/io_watchdog.hpp"
#include "app/runtime.hpp"
#include "app/serve.hpp"
#include "service/signals.hpp"
#include "app/summary.hpp"
#include "service/supervisor.hpp"
#include "app/server_status.hpp"
#include "base/io_thread.hpp"
#include "base/periodic_task.hpp"
#include "http/listener.hpp"
#include "http/tls/tls.hpp"

namespace toolrack::app {
namespace {

using namespace std::chrono_literals;

std::vector<std::unique_ptr<io_thread>> make_threads(unsigned wanted) {
    const unsigned count = wanted ? wanted : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::unique_ptr<io_thread>> threads;
    for (unsigned i = 0; i < count; ++i) threads.push_back(std::make_unique<io_thread>());
    return threads;
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

void serve_until_stopped(
    const service::signals& signals, const service::supervisor& supervisor, service::io_watchdog& io_watchdog, reloader& reloader, const server_status& seen) {
    std::string said;
    for (;;) {
        io_watchdog.feel();
        if (auto now = seen.in_a_line(); now != said) supervisor.say_how_it_is(said = std::move(now));
        const auto wish = signals.next(io_watchdog.interval());
        if (wish == service::signals::wish::stop) return;
        if (wish == service::signals::wish::read_again) reloader.read_again();
    }
}

}  // namespace

exit_code run_server(const std::filesystem::path& config, const start_options& options, log& log) {
    const service::supervisor supervisor(log);
    service::inherited_sockets handed(log);
    const service::signals signals;
    runtime runtime(config, options, log,
              {[&supervisor] { supervisor.say_reloading(); }, [&supervisor] { supervisor.say_ready(); }});
    const auto& settings = *runtime.settings;
    const auto secured = open_tls(settings, log);
    service::allow_open_files(settings.server.http.connections, log);
    // Gone before the runtime: what is still under way on a thread may hold the last of a plugin.
    const auto threads = make_threads(settings.server.threads);

    // Only now, with every lock and every plugin in place, is anything bound.
    http::policy policy;
    std::vector<std::unique_ptr<http::listener>> listeners;
    server_status seen(runtime.process_state, runtime.current, listeners, secured.get());
    const http::handler handle = [&](http::exchange& x) { return serve_current(x, policy, runtime.current, seen); };
    const auto& limits = settings.server.http;
    const auto inside = std::make_shared<http::connection_limiter>(limits.connections, limits.connections_per_source);
    std::vector<config::address> bound;
    for (auto& socket : handed.listen_on_all(settings.server)) {
        bound.push_back(socket.address);
        listeners.push_back(std::make_unique<http::listener>(
            std::move(socket), settings.server, inside, threads, handle, log, secured.get()));
    }
    policy = http::make_policy(settings.server, bound, secured != nullptr);

    for (const auto& thread : threads) thread->start();
    for (const auto& one : listeners) one->start();
    std::optional<periodic_task> watching(std::in_place, between_looks, [&] {
        if (secured) secured->look();
        runtime.look_into_folders();
    });
    std::optional<control> controlled(std::in_place, config, runtime.reloader, seen, log);
    seen.serves(true);
    for (const auto& address : bound)
        say(fmt::format("toolrack {} serving {}\n", TOOLRACK_VERSION, url_of(address, settings)));
    print_summary(*runtime.current.get(), secured.get());
    supervisor.say_ready();

    service::io_watchdog io_watchdog(threads, supervisor, log);
    serve_until_stopped(signals, supervisor, io_watchdog, runtime.reloader, seen);
    const service::second_signal_exit second_signal(signals, [&] { exit_without_cleanup(runtime.process_state); });
    seen.serves(false);
    log.info("stopping: {} ms for requests to end, or a second signal", settings.server.drain.count());
    supervisor.say_stopping();
    controlled.reset();
    watching.reset();
    drain(listeners, settings.server.drain, runtime, io_watchdog);
    for (const auto& thread : threads) thread->stop();
    listeners.clear();
    runtime.take_down();
    return exit_code::ok;
}

exit_code run_check(const std::filesystem::path& config, const start_options& options, log& log) {
    const auto settings = std::make_shared<const config::settings>(config::read(config));
    const auto secured = open_tls(*settings, log);
    process_state process_state(*settings, log);
    const generation now(settings, options, process_state);
    say(fmt::format("toolrack {} would start\n", TOOLRACK_VERSION));
    print_summary(now, secured.get());
    if (!now.close(plugin_grace)) exit_without_cleanup(process_state);
    return exit_code::ok;
}

}  // namespace toolrack::app
