// The server status: how this server is, for those who look after it and not for its clients.
//
// Read off the live parts whenever somebody asks, on the asker's thread: a probe, Prometheus, the command "status", the
// supervisor. Nothing is kept, and nothing here is a secret. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/generation.hpp"
#include "app/process_state.hpp"
#include "http/listener.hpp"
#include "http/tls/tls.hpp"

namespace toolrack::app {

class server_status {
public:
    // All of them outlive it, and there is a current generation as long as anybody asks. `secured` is null where clear
    // text is spoken.
    server_status(process_state& process_state,
           const current_generation& current,
           const std::vector<std::unique_ptr<http::listener>>& listeners,
           const http::tls* secured)
        : process_state_(process_state), current_(current), listeners_(listeners), secured_(secured) {}
    server_status(const server_status&) = delete;
    server_status& operator=(const server_status&) = delete;

    // Whether it takes new requests: from when everything is in place until it is told to stop.
    void serves(bool now) noexcept { serves_ = now; }

    // Whether requests should be sent here: it serves, and no plugin that the configuration calls required is suspended.
    bool is_ready() const;
    // For Prometheus.
    std::string metrics() const;
    // For the command "status": an object of JSON, in one line.
    std::string status() const;
    // For a supervisor: "Serving 3 plugins; suspended: orders".
    std::string in_a_line() const;

private:
    process_state& process_state_;
    const current_generation& current_;
    const std::vector<std::unique_ptr<http::listener>>& listeners_;
    const http::tls* const secured_;
    const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
    const std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    std::atomic<bool> serves_ = false;
};

}  // namespace toolrack::app
