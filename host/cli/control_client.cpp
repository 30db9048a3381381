#include "cli/control_client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <toolrack/json.hpp>
#include <utility>

#include "app/control_socket.hpp"
#include "base/error.hpp"
#include "wire/json.hpp"

namespace toolrack::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto reload_timeout = 5min;  // plugins may start slowly
constexpr auto status_timeout = 10s;

std::string request(const std::filesystem::path& config, const char* command, std::chrono::seconds limit) {
    for (const auto& path : app::control_socket::paths(config)) {
        const auto server = app::control_socket::connect_to(path);
        if (!server || !app::control_socket::is_peer_trusted(server)) continue;
        app::control_socket::set_timeouts(server, limit);
        app::control_socket::send_line(server, json::object({{"command", command}}).str());
        if (auto line = app::control_socket::receive_line(server, limit)) return std::move(*line);
        throw failure(
            fmt::format("The server exited or did not answer the command \"{}\" in time. See its log.", command),
            exit_code::unavailable);
    }
    throw failure(fmt::format("No server of this user runs with the configuration {}. Start it with \"toolrack "
                              "serve --config {}\".",
                              config.string(),
                              config.string()),
                  exit_code::unavailable);
}

}  // namespace

app::reload_result request_reload(const std::filesystem::path& config) {
    const auto line = request(config, "reload", reload_timeout);
    const json::value response(line);
    app::reload_result result;
    result.error = wire::string_member(response, "error").value_or("");
    if (const auto problems = response.find("problems"); problems && problems->is_array())
        for (const auto one : *problems) result.problems.push_back(one.str());
    return result;
}

std::string request_status(const std::filesystem::path& config) {
    auto line = request(config, "status", status_timeout);
    const json::value response(line);
    if (response.find("version")) return line;
    throw failure(wire::string_member(response, "error").value_or("The server did not report its status."),
                  exit_code::unavailable);
}

}  // namespace toolrack::cli
