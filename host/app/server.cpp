#include "app/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/control_server.hpp"
#include "app/drain.hpp"
#include "app/listening_sockets.hpp"
#include "app/runtime.hpp"
#include "app/serve.hpp"
#include "app/server_status.hpp"
#include "app/start_summary.hpp"
#include "app/tls_setup.hpp"
#include "base/io_thread.hpp"
#include "base/periodic_task.hpp"
#include "http/listener.hpp"
#include "service/inherited_sockets.hpp"
#include "service/io_watchdog.hpp"
#include "service/process_limits.hpp"
#include "service/second_signal_exit.hpp"
#include "service/signals.hpp"
#include "service/supervisor.hpp"

namespace toolrack::app {
namespace {

std::vector<std::unique_ptr<io_thread>> make_threads(unsigned configured) {
    const unsigned count = configured ? configured : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::unique_ptr<io_thread>> threads;
    for (unsigned i = 0; i < count; ++i) threads.push_back(std::make_unique<io_thread>());
    return threads;
}

std::string url_of(const config::address& address, const config::settings& settings) {
    if (address.kind == config::address::kind::unix_socket) return to_string(address);
    return (settings.tls ? "https://" : "http://") + to_string(address) + settings.server.path;
}

void serve_until_stopped(const service::signals& signals,
                         const service::supervisor& supervisor,
                         service::io_watchdog& io_watchdog,
                         reloader& reloader,
                         const server_status& status) {
    std::string last_summary;
    for (;;) {
        io_watchdog.check();
        if (auto summary = status.summary(); summary != last_summary)
            supervisor.notify_status(last_summary = std::move(summary));
        const auto request = signals.wait(io_watchdog.interval());
        if (request == service::signals::request::stop) return;
        if (request == service::signals::request::reload) reloader.reload();
    }
}

}  // namespace

exit_code run_server(const std::filesystem::path& config, const start_options& options, log& log) {
    const service::supervisor supervisor(log);
    auto inherited_sockets = service::take_inherited_sockets(log);
    const service::signals signals;
    runtime runtime(config,
                    options,
                    log,
                    {[&supervisor] { supervisor.notify_reloading(); }, [&supervisor] { supervisor.notify_ready(); }});
    const auto& settings = *runtime.settings;
    const auto tls = make_tls_context(settings, log);
    service::raise_open_files_limit(settings.server.http.connections, log);
    // Destroyed before the runtime: a task on a thread may hold the last reference to a plugin.
    const auto threads = make_threads(settings.server.threads);

    // No address is bound before the auth backends and the plugins are loaded.
    http::endpoint_policy policy;
    std::vector<std::unique_ptr<http::listener>> listeners;
    server_status status(runtime.process_state, runtime.current, listeners, tls.get());
    const http::handler handle = [&](http::exchange& x) { return serve_current(x, policy, runtime.current, status); };
    const auto& limits = settings.server.http;
    const auto limiter = std::make_shared<http::connection_limiter>(limits.connections, limits.connections_per_source);
    std::vector<config::address> bound;
    for (auto& socket : open_listening_sockets(settings.server, std::move(inherited_sockets), log)) {
        bound.push_back(socket.address);
        listeners.push_back(std::make_unique<http::listener>(
            std::move(socket), settings.server, limiter, threads, handle, log, tls.get()));
    }
    policy = http::make_endpoint_policy(settings.server, bound, tls != nullptr);

    for (const auto& thread : threads) thread->start();
    for (const auto& one : listeners) one->start();
    std::optional<periodic_task> file_polling(std::in_place, file_poll_interval, [&] {
        if (tls) tls->reload_if_changed();
        runtime.check_plugin_directories();
    });
    std::optional<control_server> control_server(std::in_place, config, runtime.reloader, status, log);
    status.set_serving(true);
    for (const auto& address : bound)
        print(fmt::format("toolrack {} serving {}\n", TOOLRACK_VERSION, url_of(address, settings)));
    print_summary(*runtime.current.get(), tls.get());
    supervisor.notify_ready();

    service::io_watchdog io_watchdog(threads, supervisor, log);
    serve_until_stopped(signals, supervisor, io_watchdog, runtime.reloader, status);
    const service::second_signal_exit second_signal(signals, [&] { exit_without_cleanup(runtime.process_state); });
    status.set_serving(false);
    log.info("stopping: waiting at most {} ms for requests to end; a second signal exits at once",
             settings.server.drain.count());
    supervisor.notify_stopping();
    control_server.reset();
    file_polling.reset();
    drain(listeners, settings.server.drain, runtime, io_watchdog);
    for (const auto& thread : threads) thread->stop();
    listeners.clear();
    runtime.shut_down();
    return exit_code::ok;
}

}  // namespace toolrack::app
