// Content-Type, Content-Length and Accept.
#pragma once

#include <cstddef>
#include <optional>

#include "http/syntax/head.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::http {

// The forms of an answer that the client accepts. Without an Accept field it accepts both.
struct accepted_types {
    bool json = true;
    bool event_stream = true;
};
accepted_types accepted_types_of(const head& of) noexcept;

// Checks, before the body is read, that it is JSON and small enough, and that the client accepts some form of answer.
// Requiring application/json also keeps web pages out: a form can post text/plain to any origin without a preflight,
// but not JSON (CVE-2026-33252).
std::optional<rejection> check_content(const head& of, accepted_types accepted, std::size_t max_body);

}  // namespace toolrack::http
