// An I/O thread: an io_context that only this thread runs, and its deadlines.
#pragma once

#include <cstddef>
#include <thread>

#include "base/asio.hpp"
#include "base/deadline.hpp"

namespace toolrack {

class io_thread {
public:
    io_thread() = default;
    ~io_thread() { stop(); }
    io_thread(const io_thread&) = delete;
    io_thread& operator=(const io_thread&) = delete;

    executor get_executor() { return context_.get_executor(); }
    asio::io_context& context() { return context_; }
    toolrack::deadlines& deadlines() { return deadlines_; }

    void start() {
        thread_ = std::thread([this] { context_.run(); });
    }
    // Stops the io_context and joins the thread. Coroutines that still wait are destroyed with the context. Must not be
    // called from the thread itself.
    void stop() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }

private:
    asio::io_context context_{1};
    asio::executor_work_guard<executor> work_{context_.get_executor()};
    toolrack::deadlines deadlines_{context_.get_executor()};
    std::thread thread_;
};

}  // namespace toolrack
