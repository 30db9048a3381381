// A listener on a free port with real I/O threads and a handler of the test's own.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "base/io_thread.hpp"
#include "base/log.hpp"
#include "client.hpp"
#include "http/exchange.hpp"
#include "http/listener.hpp"

namespace toolrack::test {

inline config::address free_port() {
    config::address made;
    made.host = "127.0.0.1";
    return made;
}

class server {
public:
    explicit server(http::handler answers,
                    const config::server& settings = {},
                    const config::address& at = free_port(),
                    std::size_t threads = 1,
                    const http::tls* secured = nullptr)
        : answers_(std::move(answers)) {
        for (std::size_t i = 0; i < threads; ++i) threads_.push_back(std::make_unique<io_thread>());
        auto inside = std::make_shared<http::connection_limiter>(settings.http.connections, settings.http.connections_per_source);
        listener_.emplace(http::listen_on(at, settings.http), settings, std::move(inside), threads_, answers_,
                          log_, secured);
        listener_->start();
        for (const auto& each : threads_) each->start();
    }
    ~server() {
        for (const auto& each : threads_) each->stop();
    }

    http::listener& listener() { return *listener_; }
    const config::address& address() const { return listener_->address(); }
    client connect() const { return client(address()); }
    io_thread& thread() { return *threads_.front(); }

    // Runs `what` on the first I/O thread and waits for it.
    template <typename What>
    auto on_thread(What what) {
        std::packaged_task<decltype(what())()> task(std::move(what));
        auto done = task.get_future();
        asio::post(thread().get_executor(), std::move(task));
        return done.get();
    }

private:
    http::handler answers_;
    log log_{severity{}};  // silent
    std::vector<std::unique_ptr<io_thread>> threads_;
    std::optional<http::listener> listener_;
};

// Answers every request with its own body.
inline awaitable<void> echo(http::exchange& x) {
    const auto text = co_await x.body();
    if (!text) co_return x.reject(text.error());
    x.finish({200, std::string(*text), {}, {}});
}

// Something a handler waits for and the test, or another callback, opens. One I/O thread only.
class gate {
public:
    awaitable<void> opened(executor on) {
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
