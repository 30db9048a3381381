// The status of this server, for its operators: probes, Prometheus, the command "status" and the service manager.
//
// It is read from the live parts on the thread of the caller; nothing is stored. It holds no secrets. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "app/current_generation.hpp"
#include "app/process_state.hpp"
#include "http/listener.hpp"
#include "http/tls/tls_context.hpp"

namespace toolrack::app {

class server_status {
public:
    // All of them outlive it, and there is a current generation whenever it is read. `tls` is null for clear text.
    server_status(process_state& process_state,
                  const current_generation& current,
                  const std::vector<std::unique_ptr<http::listener>>& listeners,
                  const http::tls_context* tls)
        : process_state_(process_state), current_(current), listeners_(listeners), tls_(tls) {}
    server_status(const server_status&) = delete;
    server_status& operator=(const server_status&) = delete;

    // True from the end of the start until the first stop signal.
    void set_serving(bool is_serving) noexcept { is_serving_ = is_serving; }

    // True when the server accepts requests and no required plugin is suspended.
    bool is_ready() const;
    // The page for Prometheus.
    std::string metrics() const;
    // One line of JSON, for the command "status".
    std::string json() const;
    // One line for people: "Serving 3 plugins; suspended: orders".
    std::string summary() const;

private:
    std::size_t open_connections() const;

    process_state& process_state_;
    const current_generation& current_;
    const std::vector<std::unique_ptr<http::listener>>& listeners_;
    const http::tls_context* const tls_;
    const std::chrono::system_clock::time_point started_at_ = std::chrono::system_clock::now();
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();  // for the uptime
    std::atomic<bool> is_serving_ = false;
};

}  // namespace toolrack::app
