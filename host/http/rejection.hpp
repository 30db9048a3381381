// A refusal as HTTP says it: a status, and a sentence that the caller may read and act on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "wire/reply.hpp"

namespace toolrack::http {

// The body becomes a JSON-RPC error without id that holds `sentence`. The sentence never repeats a
// secret; what it quotes from the request went through printable().
struct rejection {
    unsigned status = 400;
    std::string sentence;
    std::vector<std::pair<std::string, std::string>>
        fields;                              // Allow, WWW-Authenticate, Retry-After
    int code = wire::code::invalid_request;  // the JSON-RPC code in the body
};

inline rejection refuse(unsigned status, std::string sentence) {
    return {status, std::move(sentence), {}};
}

}  // namespace toolrack::http
