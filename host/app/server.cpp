#include "app/server.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "app/generation.hpp"
#include "app/serve.hpp"
#include "base/child.hpp"
#include "base/io_thread.hpp"
#include "http/listener.hpp"

namespace toolrack::app {
namespace {

using namespace std::chrono_literals;

constexpr auto plugin_grace = 5s;

// A core file, or another process of this user, would hold every token that was shown.
void keep_memory_private() {
#if !defined(__SANITIZE_ADDRESS__)  // whose leak check is a debugger of this process
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

// Blocked here and so in every thread that is started from now on: whoever waits for them is told in
// order, and no handler runs anywhere.
class signals {
public:
    signals() {
        std::signal(SIGPIPE, SIG_IGN);
        sigemptyset(&set_);
        for (int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, one);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    }

    int wait() const {
        int which = 0;
        while (sigwait(&set_, &which) != 0) {
        }
        return which;
    }

    // Whether one came within `limit`.
    bool came_within(std::chrono::milliseconds limit) const {
        const timespec time{limit.count() / 1000, (limit.count() % 1000) * 1'000'000};
        return sigtimedwait(&set_, nullptr, &time) > 0;
    }

private:
    sigset_t set_;
};

std::vector<std::unique_ptr<io_thread>> make_threads(unsigned wanted) {
    const unsigned count = wanted ? wanted : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::unique_ptr<io_thread>> threads;
    for (unsigned i = 0; i < count; ++i) threads.push_back(std::make_unique<io_thread>());
    return threads;
}

std::string backends_of(const config::settings& settings) {
    std::string text;
    for (const auto& name : settings.auth.backends) text += (text.empty() ? "" : ", then ") + name;
    return text;
}

std::string plugins_of(const generation::account& report) {
    std::string text;
    for (const auto& one : report.served)
        text += fmt::format("{}{} ({} {})", text.empty() ? "" : ", ", one.name, one.tools, one.tools == 1 ? "tool" : "tools");
    if (text.empty()) text = "none";
    if (report.left_out) text += fmt::format("; {} left out, see above", report.left_out);
    return text;
}

void print_summary(const generation& now) {
    fmt::print(stderr,
               "  auth     {}\n  plugins  {}\n  config   {}\n",
               backends_of(now.settings()),
               plugins_of(now.report()),
               now.settings().file.string());
}

std::string url_of(const config::address& address, const config::settings& settings) {
    if (address.kind == config::address::kind::unix_socket) return to_string(address);
    return "http://" + to_string(address) + settings.server.path;
}

bool is_drained(const std::vector<std::unique_ptr<http::listener>>& listeners) {
    for (const auto& one : listeners)
        if (one->open_connections()) return false;
    return true;
}

}  // namespace

exit_code run_server(const std::filesystem::path& config, const start_options& options, log& log) {
    keep_memory_private();
    const signals signals;
    const auto settings = config::read(config);
    hub hub(settings, own_program(), log);
    const auto threads = make_threads(settings.server.threads);
    generation now(settings, options, hub);

    // Only now, with every lock and every plugin in place, is anything bound.
    http::policy policy;
    const http::handler handle = [&policy, &now](http::exchange& x) { return serve(x, policy, now); };
    std::vector<std::unique_ptr<http::listener>> listeners;
    std::vector<config::address> bound;
    for (const auto& address : settings.server.listen) {
        listeners.push_back(std::make_unique<http::listener>(address, settings.server, threads, handle, log));
        bound.push_back(listeners.back()->address());
    }
    policy = http::make_policy(settings.server, bound);

    for (const auto& thread : threads) thread->start();
    for (const auto& one : listeners) one->start();
    for (const auto& address : bound) fmt::print(stderr, "toolrack {} serving {}\n", TOOLRACK_VERSION, url_of(address, settings));
    print_summary(now);

    while (signals.wait() == SIGHUP) log.warning("a reload is not part of this version; restart to read the configuration again");
    log.info("stopping: {} for requests to end, or a second signal", fmt::format("{} ms", settings.server.drain.count()));

    for (const auto& one : listeners) one->drain();
    const auto end = std::chrono::steady_clock::now() + settings.server.drain;
    while (!is_drained(listeners) && std::chrono::steady_clock::now() < end)
        if (signals.came_within(20ms)) break;
    for (const auto& thread : threads) thread->stop();
    listeners.clear();

    // A plugin that keeps a thread keeps everything that the thread may touch.
    if (!now.close(plugin_grace)) std::_Exit(static_cast<int>(exit_code::ok));
    return exit_code::ok;
}

exit_code run_check(const std::filesystem::path& config, const start_options& options, log& log) {
    keep_memory_private();
    const auto settings = config::read(config);
    hub hub(settings, own_program(), log);
    generation now(settings, options, hub);
    fmt::print(stderr, "toolrack {} would start\n", TOOLRACK_VERSION);
    print_summary(now);
    now.close(plugin_grace);
    return exit_code::ok;
}

}  // namespace toolrack::app
