// The command line: parses it, runs the command, and turns a failure into one sentence and an exit code.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "app/server.hpp"
#include "base/environment.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "cli/check_command.hpp"
#include "cli/inspect_command.hpp"
#include "cli/key_command.hpp"
#include "cli/mint_command.hpp"
#include "cli/reload_command.hpp"
#include "cli/scan_command.hpp"
#include "cli/status_command.hpp"
#include "cli/token_commands.hpp"
#include "mcp/endpoint.hpp"
#include "plugin/library.hpp"
#include "service/process_limits.hpp"

namespace {

using namespace toolrack;

const std::vector<std::string_view> commands{
    "serve", "check", "inspect", "key", "reload", "scan", "status", "token", "version"};
const std::map<std::string, severity> levels{
    {"error", severity::error}, {"warning", severity::warning}, {"info", severity::info}, {"debug", severity::debug}};

struct arguments {
    std::string config;
    std::string log_level = "info";
    std::string library;
    app::start_options start;
    bool as_json = false;
};

// Redacted, because an error can quote the command line, and people paste tokens there.
void print_error(const std::string& sentence) {
    constexpr std::size_t max_size = 4000;
    std::fprintf(stderr, "toolrack: %s\n", redacted(printable(sentence, max_size)).c_str());
}

void print_version() {
    std::string versions;
    for (const auto& version : wire::versions) versions += (versions.empty() ? "" : ", ") + std::string(version.name);
    std::printf("toolrack %s (plugin ABI 1.%u; MCP %s)\n", TOOLRACK_VERSION, plugin::abi_minor(), versions.c_str());
}

void add_config_option(CLI::App& command, arguments& given) {
    command
        .add_option("--config",
                    given.config,
                    "The configuration file (default: $TOOLRACK_CONFIG, ~/.config/toolrack/toolrack.toml, "
                    "/etc/toolrack/toolrack.toml)")
        ->type_name("FILE");
}

void add_start_options(CLI::App& command, arguments& given) {
    add_config_option(command, given);
    command.add_flag(
        "--dev", given.start.dev, "Development mode: allows the auth backend open-access on a loopback address");
    command.add_option("--log-level", given.log_level, "error, warning, info or debug")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"error", "warning", "info", "debug"}))
        ->capture_default_str();
}

// Suggests a command for a mistyped one: CLI11 only reports that a command is required.
int report_parse_error(const CLI::ParseError& error, const CLI::App& app, int count, char** words) {
    if (error.get_exit_code() == 0) return app.exit(error);
    print_error(error.what());
    if (count > 1 && words[1][0] != '-') {
        const std::string_view typed = words[1];
        if (std::find(commands.begin(), commands.end(), typed) == commands.end())
            if (const auto near = nearest(typed, commands); !near.empty())
                std::fprintf(stderr, "Did you mean \"toolrack %s\"?\n", std::string(near).c_str());
    }
    std::fputs("Run \"toolrack --help\" for usage.\n", stderr);
    return static_cast<int>(exit_code::usage);
}

int run(const CLI::App& app, const arguments& given, int result) {
    if (app.got_subcommand("token")) return result;  // it ran while the command line was parsed
    toolrack::log log(levels.at(given.log_level));
    const auto config = [&] {
        return given.config.empty() ? config::find_file() : std::filesystem::path(given.config);
    };

    if (app.got_subcommand("serve") && given.start.stdio) return static_cast<int>(app::run_stdio(config(), log));
    if (app.got_subcommand("serve")) return static_cast<int>(app::run_server(config(), given.start, log));
    if (app.got_subcommand("check")) return static_cast<int>(cli::run_check(config(), given.start, log));
    if (app.got_subcommand("reload")) return static_cast<int>(cli::run_reload(config()));
    if (app.got_subcommand("status")) return static_cast<int>(cli::run_status(config(), given.as_json));
    if (app.got_subcommand("inspect")) return static_cast<int>(cli::run_inspect(given.library, given.as_json, log));
    print_version();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    arguments given;
    CLI::App app("Toolrack is an MCP server. Shared libraries provide its tools and authenticate its clients.",
                 "toolrack");
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("toolrack ") + TOOLRACK_VERSION);

    auto* serve = app.add_subcommand("serve", "Serve until SIGTERM");
    auto* check = app.add_subcommand("check", "Do everything that a start does, except listen");
    serve->add_flag(
        "--stdio", given.start.stdio, "Serve the one client that started this process, on standard input and output");
    add_start_options(*serve, given);
    add_start_options(*check, given);
    add_config_option(*app.add_subcommand("reload", "Make the running server reload its configuration"), given);
    auto* status =
        app.add_subcommand("status", "Show the status of the running server: plugins, auth backends and problems");
    add_config_option(*status, given);
    status->add_flag("--json", given.as_json, "Print one line of JSON");
    auto* inspect = app.add_subcommand("inspect", "Describe a plugin library and the features that it offers");
    inspect->add_option("library", given.library, "The .so file")->required()->type_name("FILE");
    inspect->add_flag("--json", given.as_json, "Print one line of JSON");
    int result = 0;
    auto& token = cli::add_token_commands(app, result);
    const cli::mint_command mint(token);
    app.add_subcommand("version", "Show the versions of toolrack, of the plugin ABI and of MCP");
    const cli::key_command key(app);
    const cli::scan_command scan(app);

    try {
        service::forbid_memory_dumps();
        hide_environment();
        app.parse(count, words);
        if (key.is_selected()) return static_cast<int>(key.run());
        if (mint.is_selected()) return static_cast<int>(mint.run());
        if (scan.is_selected()) return scan.run();
        return run(app, given, result);
    } catch (const CLI::ParseError& error) {
        return report_parse_error(error, app, count, words);
    } catch (const failure& error) {
        print_error(error.what());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        print_error(std::string("internal error: ") + error.what());
        return static_cast<int>(exit_code::software);
    }
}
