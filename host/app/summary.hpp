// The summary: what a person reads who starts or checks a server.
#pragma once

#include <string>

#include "app/generation.hpp"
#include "http/tls/tls.hpp"

namespace toolrack::app {

// To standard error. A server whose standard error cannot be written serves all the same.
void say(const std::string& lines);

// `secured` is null when the server speaks clear text.
void print_summary(const generation& now, const http::tls* secured);

}  // namespace toolrack::app
