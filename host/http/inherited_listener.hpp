// A listening socket that somebody else made and hands over, so that it outlives this server: what
// connects while one server ends and the next one begins waits in it.
#pragma once

#include <string>

#include "base/descriptor.hpp"
#include "config/config.hpp"
#include "http/listening.hpp"

namespace toolrack::http {

// From now on it has the options of our own. Throws failure, whose sentence goes on from `what`,
// when it is none that could be accepted on.
listening take_over(descriptor socket, const std::string& what, const config::http_limits& limits);

}  // namespace toolrack::http
