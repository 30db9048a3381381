// `toolrack serve --stdio`: serves one client over a pipe.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/runtime.hpp"
#include "app/server.hpp"
#include "base/io_thread.hpp"
#include "base/periodic_task.hpp"
#include "service/signals.hpp"
#include "stdio/transport.hpp"

namespace toolrack::app {
namespace {

// Uses the generation that is current when the message arrives.
awaitable<void> answer_message(const wire::message& message,
                               const identity::principal& caller,
                               wire::outlet& to,
                               const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().answer(message, caller, to);
}

awaitable<void> answer_batch(std::string_view body,
                             const wire::json_limits& limits,
                             const identity::principal& caller,
                             wire::outlet& to,
                             const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().answer_batch(body, limits, caller, to);
}

// The stream of a legacy session, for messages that the server sends on its own.
awaitable<void> serve_session(std::string session,
                              const identity::principal& caller,
                              wire::outlet& to,
                              const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().open_stream(session, std::nullopt, caller, to);
}

}  // namespace

exit_code run_stdio(const std::filesystem::path& config, log& log) {
    // Only the protocol may reach the client: standard output of plugins goes to standard error, like the log.
    const int input = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int output = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (input < 0 || output < 0)
        throw failure("Standard input or output is closed; --stdio needs both.", exit_code::usage);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);

    const service::signals signals;
    start_options options;
    options.stdio = true;
    runtime runtime(config, options, log);
    const auto& settings = *runtime.settings;
    const auto caller = auth::gate::stdio_principal(
        settings.stdio.subject, runtime.process_state.usage_table, runtime.process_state.clock.steady());

    io_thread thread;
    wire::json_limits limits;
    limits.depth = settings.server.json_depth;
    stdio::transport transport(thread,
                               input,
                               output,
                               limits,
                               settings.server.http.body,
                               {[&](const wire::message& message, wire::outlet& to) {
                                    return answer_message(message, caller, to, runtime.current);
                                },
                                [&](std::string_view body, wire::outlet& to) {
                                    return answer_batch(body, limits, caller, to, runtime.current);
                                },
                                [&](std::string session, wire::outlet& to) {
                                    return serve_session(std::move(session), caller, to, runtime.current);
                                }},
                               log);
    asio::co_spawn(thread.get_executor(), transport.run(), [](std::exception_ptr) { ::kill(::getpid(), SIGTERM); });
    thread.start();
    std::optional<periodic_task> directory_polling(
        std::in_place, file_poll_interval, [&] { runtime.check_plugin_directories(); });
    signals.wait();
    directory_polling.reset();

    thread.stop();
    runtime.shut_down();
    return exit_code::ok;
}

}  // namespace toolrack::app
