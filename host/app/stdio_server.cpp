// `toolrack serve --stdio`: one client, over a pipe.
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
#include "service/signals.hpp"
#include "base/io_thread.hpp"
#include "base/periodic_task.hpp"
#include "stdio/pipe.hpp"

namespace toolrack::app {
namespace {

// A request over stdio, on the generation that is current when it comes.
awaitable<void> answer_current(const wire::message& message,
                               const identity::principal& who,
                               wire::outlet& to,
                               const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().answer(message, who, to);
}

awaitable<void> answer_batch(std::string_view body,
                             const wire::json_limits& limits,
                             const identity::principal& who,
                             wire::outlet& to,
                             const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().answer_batch(body, limits, who, to);
}

// A legacy client's session, for what is said to it unasked.
awaitable<void> hold_session(std::string session,
                             const identity::principal& who,
                             wire::outlet& to,
                             const current_generation& current) {
    const auto now = current.get();
    co_await now->mcp().open_stream(session, std::nullopt, who, to);
}

}  // namespace

exit_code run_stdio(const std::filesystem::path& config, log& log) {
    // Nothing but the protocol may reach the client: whatever a plugin prints goes where the log goes.
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
    const auto who = auth::gate::local_user(settings.stdio.subject, runtime.process_state.accounts, runtime.process_state.clock.steady());

    io_thread thread;
    wire::json_limits limits;
    limits.depth = settings.server.json_depth;
    stdio::pipe pipe(
        thread, input, output, limits, settings.server.http.body,
        {[&](const wire::message& message, wire::outlet& to) { return answer_current(message, who, to, runtime.current); },
         [&](std::string_view body, wire::outlet& to) { return answer_batch(body, limits, who, to, runtime.current); },
         [&](std::string session, wire::outlet& to) {
             return hold_session(std::move(session), who, to, runtime.current);
         }},
        log);
    asio::co_spawn(thread.get_executor(), pipe.run(), [](std::exception_ptr) { ::kill(::getpid(), SIGTERM); });
    thread.start();
    std::optional<periodic_task> watching(std::in_place, between_looks, [&] { runtime.look_into_folders(); });
    signals.next();
    watching.reset();

    thread.stop();
    runtime.take_down();
    return exit_code::ok;
}

}  // namespace toolrack::app
