// Where a head ends: looked for line by line while bytes arrive, each byte once.
//
// Knowing the end first lets the parser see the head whole or not at all, and shows what Beast
// hides from its callbacks: lines that a bare LF ends, and lines folded into the one before (RFC
// 9112, 2.2 and 5.2). Both have been read differently by two servers in a row, so both are refused.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

class head_end {
public:
    explicit head_end(std::size_t limit) : limit_(limit) {}

    // The head, its empty line included; empty while it is not all there. `received` starts with
    // the same bytes every time.
    result<std::string_view, rejection> look(std::string_view received);

private:
    result<std::string_view, rejection> not_yet(std::string_view received) const;

    std::size_t limit_;
    std::size_t line_ = 0;      // where the line that is not complete yet starts
    std::size_t searched_ = 0;  // no line ends before this
};

}  // namespace toolrack::http
