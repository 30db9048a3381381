#include "app/control.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <future>
#include <toolrack/json.hpp>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "wire/json.hpp"

namespace toolrack::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto time_to_speak = 1s;      // for a caller
constexpr auto longest_reload = 5min;   // for the server: plugins may take their time to start
constexpr auto longest_status = 10s;    // it may be reading its configuration again for somebody else
constexpr std::size_t longest_line = 1024 * 1024;

// Where it may be, the likeliest first: a server makes it in the first that it can write to, and a command,
// which may be run by root for a service, tries them all.
std::vector<fs::path> folders() {
    std::vector<fs::path> all;
    if (const char* given = std::getenv("RUNTIME_DIRECTORY")) all.emplace_back(given);  // systemd's
    if (::geteuid() == 0) all.emplace_back("/run/toolrack");
    if (const char* users = std::getenv("XDG_RUNTIME_DIR")) all.push_back(fs::path(users) / "toolrack");
    all.push_back(fs::temp_directory_path() / fmt::format("toolrack-{}", ::geteuid()));
    return all;
}

std::string name_for(const fs::path& config) {
    std::error_code error;
    const auto whole = fs::weakly_canonical(fs::absolute(config), error);
    return hex(sha256(whole.string())).substr(0, 16) + ".sock";
}

// Ours alone, or made so now: in a folder that others can write to, a name can be taken from us.
bool is_private(const fs::path& folder) {
    ::mkdir(folder.c_str(), 0700);
    struct stat about {};
    return ::lstat(folder.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == ::geteuid() &&
           (about.st_mode & 0022) == 0;
}

std::optional<sockaddr_un> address_of(const fs::path& place) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (place.native().size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, place.c_str(), place.native().size());
    return address;
}

// Connected to whoever listens there; empty when nobody does.
descriptor connect_to(const fs::path& place) {
    const auto address = address_of(place);
    descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address || !made || ::connect(made.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
        return descriptor();
    return made;
}

bool is_trusted(const descriptor& other) {
    ucred who{};
    socklen_t size = sizeof who;
    return ::getsockopt(other.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
           (who.uid == 0 || who.uid == ::geteuid() || ::geteuid() == 0);
}

void give_time(const descriptor& to, std::chrono::seconds limit) {
    const timeval time{limit.count(), 0};
    ::setsockopt(to.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(to.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

void send_line(const descriptor& to, std::string text) {
    text += '\n';
    std::string_view left = text;
    while (!left.empty()) {
        const auto sent = ::send(to.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return;  // whoever asked does not want to know
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// Nothing when it does not come whole in time, or is not JSON.
std::optional<std::string> read_line(const descriptor& from, std::chrono::seconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    std::string text;
    char piece[4096];
    while (text.find('\n') == std::string::npos) {
        if (text.size() > longest_line || std::chrono::steady_clock::now() > end) return std::nullopt;
        const auto got = ::recv(from.get(), piece, sizeof piece, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::nullopt;
        text.append(piece, static_cast<std::size_t>(got));
    }
    text.erase(text.find('\n'));
    if (wire::check_json(text)) return std::nullopt;
    return text;
}

std::string to_json(const renewed& outcome) {
    std::string text = "{";
    if (!outcome.refused.empty()) {
        text += R"("refused":)";
        json::write_string(text, outcome.refused);
        text += ',';
    }
    text += R"("complaints":[)";
    for (const auto& one : outcome.complaints) {
        if (text.back() != '[') text += ',';
        json::write_string(text, one);
    }
    return text + "]}";
}

// What the server that runs with this configuration answers, once it does.
std::string ask(const fs::path& config, const char* command, std::chrono::seconds limit, const char* while_it) {
    for (const auto& folder : folders()) {
        const auto server = connect_to(folder / name_for(config));
        if (!server || !is_trusted(server)) continue;
        give_time(server, limit);
        send_line(server, fmt::format(R"({{"command":"{}"}})", command));
        if (auto line = read_line(server, limit)) return std::move(*line);
        throw failure(fmt::format("The server ended, or did not answer, while it {}; its log says more.", while_it),
                      exit_code::unavailable);
    }
    throw failure(fmt::format("No server of this user runs with the configuration {}. Start it with \"toolrack "
                              "serve --config {}\".", config.string(), config.string()),
                  exit_code::unavailable);
}

}  // namespace

control::control(const fs::path& config, reloader& reloader, const server_status& seen, log& log)
    : reloader_(reloader), seen_(seen), log_(log), stop_(::eventfd(0, EFD_CLOEXEC)) {
    for (const auto& folder : folders()) {
        const auto place = folder / name_for(config);
        const auto address = address_of(place);
        if (!address || !is_private(folder)) continue;
        if (connect_to(place)) {
            log_.warning("another server runs with this configuration, and \"toolrack reload\" reaches that one");
            return;
        }
        ::unlink(place.c_str());  // of one that did not end in order
        descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!made || ::bind(made.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) continue;
        if (::chmod(place.c_str(), 0600) != 0 || ::listen(made.get(), 8) != 0) continue;
        place_ = place;
        listening_ = std::move(made);
        thread_ = std::thread([this] { run(); });
        return;
    }
    log_.warning("there is no folder for the control socket, so \"toolrack reload\" does not reach this server; "
                 "set XDG_RUNTIME_DIR, or send SIGHUP");
}

control::~control() {
    if (!thread_.joinable()) return;
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
    ::unlink(place_.c_str());
}

bool control::is_ending(int milliseconds) const {
    pollfd stop{stop_.get(), POLLIN, 0};
    return ::poll(&stop, 1, milliseconds) > 0;
}

void control::run() {
    for (;;) {
        pollfd waiting[2] = {{stop_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
        if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return;
        if (waiting[0].revents) return;
        const descriptor caller(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (caller && is_trusted(caller)) serve(caller);
        else if (!caller && is_ending(100)) return;  // there may be no descriptor to be had just now
    }
}

void control::serve(const descriptor& caller) {
    give_time(caller, time_to_speak);
    const auto line = read_line(caller, time_to_speak);
    if (!line) return;
    const auto command = wire::string_member(json::value(*line), "command");
    if (command == "status") return send_line(caller, seen_.status());
    if (command != "reload")
        return send_line(caller, to_json({"this server does not know that command; is it of another version?", {}}));
    if (const auto outcome = reload()) send_line(caller, to_json(*outcome));
}

// Nothing when the server ends first.
std::optional<renewed> control::reload() {
    const auto told = std::make_shared<std::promise<renewed>>();
    auto outcome = told->get_future();
    reloader_.read_again([told](const renewed& what) { told->set_value(what); });
    while (outcome.wait_for(0s) != std::future_status::ready)
        if (is_ending(10)) return std::nullopt;
    return outcome.get();
}

renewed ask_to_reload(const fs::path& config) {
    const auto line = ask(config, "reload", longest_reload, "read its configuration again");
    const json::value said(line);
    renewed outcome;
    outcome.refused = wire::string_member(said, "refused").value_or("");
    if (const auto complaints = said.find("complaints"); complaints && complaints->is_array())
        for (const auto one : *complaints) outcome.complaints.push_back(one.str());
    return outcome;
}

std::string ask_how_it_is(const fs::path& config) {
    auto line = ask(config, "status", longest_status, "was asked how it is");
    const json::value said(line);
    if (said.find("version")) return line;
    throw failure(wire::string_member(said, "refused").value_or("The server did not say how it is."),
                  exit_code::unavailable);
}

}  // namespace toolrack::app
