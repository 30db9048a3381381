// Asio as this project uses it: one concrete executor, coroutines, errors as values.
//
// An I/O thread runs one io_context(1). Its concrete executor type replaces any_io_executor everywhere, so that no
// await pays for type erasure.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace toolrack {

namespace asio = boost::asio;

using executor = asio::io_context::executor_type;

template <typename T>
using awaitable = asio::awaitable<T, executor>;

// The completion token of the request path: errors and results come back as a tuple and are never thrown.
inline constexpr auto as_values = asio::as_tuple(asio::use_awaitable_t<executor>{});

using timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, executor>;

}  // namespace toolrack
