#include "app/control_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <toolrack/json.hpp>
#include <utility>

#include "app/control_socket.hpp"
#include "wire/json.hpp"

namespace toolrack::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto client_timeout = 1s;

// Creates the directory when it is absent. In one that others can write to, they could replace the socket.
bool is_private(const fs::path& directory) {
    ::mkdir(directory.c_str(), 0700);
    struct stat found {};
    return ::lstat(directory.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid() &&
           (found.st_mode & 0022) == 0;
}

std::string to_json(const reload_result& result) {
    auto problems = json::array();
    for (const auto& one : result.problems) problems.push(one);
    auto text = json::object({{"problems", problems}});
    if (!result.error.empty()) text.add("error", result.error);
    return std::move(text).str();
}

}  // namespace

control_server::control_server(const fs::path& config, reloader& reloader, const server_status& status, log& log)
    : reloader_(reloader), status_(status), log_(log), stop_event_(::eventfd(0, EFD_CLOEXEC)) {
    for (const auto& path : control_socket::paths(config)) {
        if (!is_private(path.parent_path())) continue;
        if (control_socket::connect_to(path)) {
            log_.warning("another server runs with this configuration file: \"toolrack reload\" and \"toolrack "
                         "status\" reach that one");
            return;
        }
        if (!listen_on(path)) continue;
        thread_ = std::thread([this] { run(); });
        return;
    }
    log_.warning("no directory is suitable for the control socket, so \"toolrack reload\" cannot reach this server; "
                 "set XDG_RUNTIME_DIR, or send SIGHUP");
}

control_server::~control_server() {
    if (!thread_.joinable()) return;
    ::eventfd_write(stop_event_.get(), 1);
    thread_.join();
    ::unlink(path_.c_str());
}

bool control_server::listen_on(const fs::path& path) {
    const auto address = control_socket::address_of(path);
    if (!address) return false;
    ::unlink(path.c_str());  // left behind by a server that was killed
    descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
        return false;
    if (::chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), 8) != 0) return false;
    path_ = path;
    socket_ = std::move(socket);
    return true;
}

bool control_server::is_stopping(int milliseconds) const {
    pollfd stop{stop_event_.get(), POLLIN, 0};
    return ::poll(&stop, 1, milliseconds) > 0;
}

void control_server::run() {
    for (;;) {
        pollfd events[2] = {{stop_event_.get(), POLLIN, 0}, {socket_.get(), POLLIN, 0}};
        if (::poll(events, 2, -1) < 0 && errno != EINTR) return;
        if (events[0].revents) return;
        const descriptor client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (client && control_socket::is_peer_trusted(client)) serve(client);
        else if (!client && is_stopping(100)) return;  // waits: accept4 fails while no descriptor is free
    }
}

void control_server::serve(const descriptor& client) {
    control_socket::set_timeouts(client, client_timeout);
    const auto line = control_socket::receive_line(client, client_timeout);
    if (!line) return;
    const auto command = wire::string_member(json::value(*line), "command");
    if (command == "status") return control_socket::send_line(client, status_.json());
    if (command != "reload")
        return control_socket::send_line(
            client, to_json({"The server does not support this command; is it another version?", {}}));
    if (const auto result = reload()) control_socket::send_line(client, to_json(*result));
}

// Empty when the server stops first.
std::optional<reload_result> control_server::reload() {
    const auto promise = std::make_shared<std::promise<reload_result>>();
    auto result = promise->get_future();
    reloader_.reload([promise](const reload_result& done) { promise->set_value(done); });
    while (result.wait_for(0s) != std::future_status::ready)
        if (is_stopping(10)) return std::nullopt;
    return result.get();
}

}  // namespace toolrack::app
