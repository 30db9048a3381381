// A running I/O thread, and functions to run code on it.
#pragma once

#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "base/io_thread.hpp"

namespace toolrack::test {

class io_fixture {
public:
    io_fixture() { thread_.start(); }

    executor get_executor() { return thread_.get_executor(); }
    toolrack::deadlines& deadlines() { return thread_.deadlines(); }

    // Runs the coroutine that `work` returns on the I/O thread, and returns its result.
    template <typename Work>
    auto run(Work work) {
        using value = typename std::invoke_result_t<Work>::value_type;
        if constexpr (std::is_void_v<value>) {
            await(spawned(std::move(work)));
        } else {
            std::optional<value> outcome;
            const auto keep = [&]() -> awaitable<void> { outcome.emplace(co_await work()); };
            await(spawned(keep));
            return std::move(*outcome);
        }
    }

    // Runs a function on the I/O thread, and returns its result.
    template <typename Work>
    auto call(Work work) {
        std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
        auto outcome = task.get_future();
        asio::post(get_executor(), [&task] { task(); });
        return outcome.get();
    }

    // Starts the coroutine that `work` returns, and does not wait. `work` is kept until the coroutine has ended.
    template <typename Work>
    std::future<void> spawned(Work work) {
        const auto end = std::make_shared<std::promise<void>>();
        asio::co_spawn(get_executor(), std::move(work), [end](std::exception_ptr thrown) {
            if (thrown) end->set_exception(thrown);
            else end->set_value();
        });
        return end->get_future();
    }

private:
    // Fails a test instead of letting it hang.
    void await(std::future<void> end) {
        if (end.wait_for(std::chrono::minutes(1)) != std::future_status::ready) {
            thread_.stop();
            throw std::runtime_error("the coroutine did not end within a minute");
        }
        end.get();
    }

    io_thread thread_;
};

}  // namespace toolrack::test
