// The function that answers the requests of a listener.
#pragma once

#include <functional>

#include "base/asio.hpp"

namespace toolrack::http {

class exchange;

// Answers one request: must reject or finish the exchange before it returns. Runs on the connection's I/O thread. An
// exception is logged and answered with a 500.
using handler = std::function<awaitable<void>(exchange&)>;

}  // namespace toolrack::http
