// A refused request as HTTP answers it: a status, and a sentence that tells the caller what to do.
//
// Every rejection of this server is built by a function of this file.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/reply.hpp"

namespace toolrack::http {

// The body is a JSON-RPC error without id whose message is `sentence`. The sentence contains no secret, and text quoted
// from the request has passed printable().
struct rejection {
    unsigned status = 400;
    std::string sentence;
    std::vector<std::pair<std::string, std::string>> fields;  // Allow, WWW-Authenticate, Retry-After
    int code = wire::code::invalid_request;                   // the JSON-RPC code in the body
};

rejection reject(unsigned status, std::string sentence);

// 405. `allowed` is the value of the Allow field.
rejection method_not_allowed(std::string sentence, std::string_view allowed);

// 429 or 503, with Retry-After. Nothing is wrong with the request, so the JSON-RPC code is internal_error.
rejection retry_later(unsigned status, std::string sentence, unsigned seconds);

// 500
rejection internal_error();

// Limits and rules that more than one parser checks.
rejection target_too_long();     // 414
rejection head_too_large();      // 431
rejection body_too_large();      // 413
rejection bad_content_length();  // 400

}  // namespace toolrack::http
