// The control socket: how whoever runs this server tells it something and hears what came of it.
//
// A unix socket that only the server's own user and root reach, in the runtime directory, under a name that
// follows from the configuration file, so that a command finds it by the file alone. One line of JSON each
// way: {"command": "reload"} and {"refused"?: sentence, "complaints": [sentence]}; {"command": "status"} and what
// server status::status() says. A thread of its own; one caller at a time, each with little time to speak. Nothing of it is
// reachable by a network.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "app/reloader.hpp"
#include "app/server_status.hpp"
#include "base/descriptor.hpp"
#include "base/log.hpp"

namespace toolrack::app {

class control {
public:
    // `config` is the configuration file. Where no socket can be made, it says so in the log, and there is
    // none. All others outlive this.
    control(const std::filesystem::path& config, reloader& reloader, const server_status& seen, log& log);
    ~control();
    control(const control&) = delete;
    control& operator=(const control&) = delete;

private:
    void run();
    void serve(const descriptor& caller);
    std::optional<renewed> reload();
    bool is_ending(int milliseconds) const;

    reloader& reloader_;
    const server_status& seen_;
    log& log_;
    std::filesystem::path place_;
    descriptor listening_, stop_;
    std::thread thread_;
};

// Asks the server that runs with this configuration to read it again. Throws failure when there is none, or
// when it does not answer.
renewed ask_to_reload(const std::filesystem::path& config);

// How the server that runs with this configuration is, as server status::status() says it. Throws in the same way.
std::string ask_how_it_is(const std::filesystem::path& config);

}  // namespace toolrack::app
