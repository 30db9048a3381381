// Who answers the requests that a listener takes.
#pragma once

#include <functional>

#include "base/asio.hpp"

namespace toolrack::http {

class exchange;

// Answers one request: by the time it returns, the exchange was rejected or finished. Runs on the
// connection's I/O thread. What it throws ends the connection with a 500 and is logged.
using handler = std::function<awaitable<void>(exchange&)>;

}  // namespace toolrack::http
