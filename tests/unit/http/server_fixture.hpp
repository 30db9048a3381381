// An HTTP listener on a free port with real I/O threads, and a handler that the test supplies.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "blocking_client.hpp"
#include "http/exchange.hpp"
#include "http/listener.hpp"

namespace toolrack::test {

inline config::address free_port() {
    config::address address;
    address.host = "127.0.0.1";
    return address;
}

class server_fixture {
public:
    explicit server_fixture(http::handler handler,
                            const config::server& settings = {},
                            const config::address& address = free_port(),
                            std::size_t threads = 1,
                            const http::tls_context* tls = nullptr)
        : handler_(std::move(handler)) {
        for (std::size_t i = 0; i < threads; ++i) threads_.push_back(std::make_unique<io_thread>());
        auto limiter =
            std::make_shared<http::connection_limiter>(settings.http.connections, settings.http.connections_per_source);
        listener_.emplace(
            http::listen_on(address, settings.http), settings, std::move(limiter), threads_, handler_, log_, tls);
        listener_->start();
        for (const auto& each : threads_) each->start();
    }
    ~server_fixture() {
        for (const auto& each : threads_) each->stop();
    }

    http::listener& listener() { return *listener_; }
    const config::address& address() const { return listener_->address(); }
    blocking_client connect() const { return blocking_client(address()); }
    io_thread& thread() { return *threads_.front(); }

    // Runs a function on the first I/O thread and waits for it.
    template <typename Function>
    auto on_thread(Function function) {
        std::packaged_task<decltype(function())()> task(std::move(function));
        auto done = task.get_future();
        asio::post(thread().get_executor(), std::move(task));
        return done.get();
    }

private:
    http::handler handler_;
    log log_{severity{}};  // silent
    std::vector<std::unique_ptr<io_thread>> threads_;
    std::optional<http::listener> listener_;
};

// A handler that answers with the body of the request.
inline awaitable<void> echo(http::exchange& x) {
    const auto text = co_await x.body();
    if (!text) co_return x.reject(text.error());
    x.finish({200, std::string(*text), {}, {}});
}

// Suspends a handler until open() is called on the same I/O thread.
class latch {
public:
    awaitable<void> wait(executor on) {
        if (is_open_) co_return;
        timer waiting(on, timer::time_point::max());
        waiting_ = &waiting;
        co_await waiting.async_wait(as_values);
        waiting_ = nullptr;
    }
    void open() {
        is_open_ = true;
        if (waiting_) waiting_->cancel();
    }

private:
    timer* waiting_ = nullptr;
    bool is_open_ = false;
};

}  // namespace toolrack::test
