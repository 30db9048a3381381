#include "cli/check_command.hpp"

#include <fmt/format.h>

#include <memory>

#include "app/drain.hpp"
#include "app/generation_loader.hpp"
#include "app/process_state.hpp"
#include "app/start_summary.hpp"
#include "app/tls_setup.hpp"
#include "config/config.hpp"

namespace toolrack::cli {

exit_code run_check(const std::filesystem::path& config, const app::start_options& options, log& log) {
    const auto settings = std::make_shared<const config::settings>(config::read(config));
    const auto tls = app::make_tls_context(*settings, log);
    app::process_state process_state(*settings, log);
    const auto generation = app::load_generation(settings, options, process_state);
    app::print(fmt::format("toolrack {}: check passed, a start would succeed\n", TOOLRACK_VERSION));
    app::print_summary(*generation, tls.get());
    if (!generation->close_instances(app::plugin_grace, log)) app::exit_without_cleanup(process_state);
    return exit_code::ok;
}

}  // namespace toolrack::cli
