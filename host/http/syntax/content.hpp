// What the two sides say about the contents they exchange: Content-Type, Content-Length and Accept.
#pragma once

#include <cstddef>
#include <optional>

#include "http/syntax/head.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

// Which of the two forms of an answer the client takes. One that says nothing takes both, but is
// answered in JSON unless there is something to stream.
struct accepted {
    bool json = true;
    bool stream = true;
};
accepted accepted_by(const head& of) noexcept;

// Before one byte of the body is read: is it JSON, small enough, and would the client understand an
// answer? Demanding application/json is also what keeps web pages out: a form can post text/plain
// to any origin without asking, JSON it cannot (CVE-2026-33252).
std::optional<rejection> check_content(const head& of, accepted takes, std::size_t largest_body);

}  // namespace toolrack::http
