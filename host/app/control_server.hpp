// Serves the control socket: one client at a time, on a thread of its own.
#pragma once

#include <filesystem>
#include <optional>
#include <thread>

#include "app/reloader.hpp"
#include "app/server_status.hpp"
#include "base/descriptor.hpp"
#include "base/log.hpp"

namespace toolrack::app {

class control_server {
public:
    // `config` is the configuration file. When the socket cannot be created, a warning is logged and nothing is served.
    // The others outlive this.
    control_server(const std::filesystem::path& config, reloader& reloader, const server_status& status, log& log);
    ~control_server();
    control_server(const control_server&) = delete;
    control_server& operator=(const control_server&) = delete;

private:
    bool listen_on(const std::filesystem::path& path);
    void run();
    void serve(const descriptor& client);
    std::optional<reload_result> reload();
    bool is_stopping(int milliseconds) const;

    reloader& reloader_;
    const server_status& status_;
    log& log_;
    std::filesystem::path path_;
    descriptor socket_, stop_event_;
    std::thread thread_;
};

}  // namespace toolrack::app
