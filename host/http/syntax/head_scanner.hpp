// Finds the end of a request head while bytes arrive. Looks at each byte once.
//
// With the end known, the parser sees a whole head or none. The scanner also refuses what Beast hides from its
// callbacks: lines that end in a bare LF, and folded lines (RFC 9112, 2.2 and 5.2). Servers in a row have disagreed
// about both.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::http {

class head_scanner {
public:
    explicit head_scanner(std::size_t limit) : limit_(limit) {}

    // The head with its empty line, or an empty view while it is incomplete. `received` must start with the same bytes
    // in every call.
    result<std::string_view, rejection> scan(std::string_view received);

private:
    result<std::string_view, rejection> incomplete(std::string_view received) const;

    std::size_t limit_;
    std::size_t line_ = 0;      // start of the incomplete line
    std::size_t searched_ = 0;  // no line ends before this
};

}  // namespace toolrack::http
