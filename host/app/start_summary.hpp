// The lines that a start and a check print for people.
#pragma once

#include <string>

#include "app/generation.hpp"
#include "http/tls/tls_context.hpp"

namespace toolrack::app {

// To standard error. Errors are ignored: a closed standard error does not stop a server.
void print(const std::string& lines);

// `tls` is null for clear text.
void print_summary(const generation& now, const http::tls_context* tls);

}  // namespace toolrack::app
