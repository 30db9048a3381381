// Turns the bytes of one request head into a `head`, or says why it is not fit to be one.
//
// Beast's parser splits lines and fields; everything that two readers of one byte stream could
// understand differently is refused here, in its callbacks (the framing half of the screen).
// Sans-io.
#pragma once

#include <optional>
#include <string_view>

#include "http/syntax/head.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

// `bytes` is a whole head, the empty line included, as head_end found it; `into` holds views into
// it afterwards and keeps only its memory from before. A refusal leaves `into` half filled, and the
// connection unusable: nobody knows where the next request would start.
std::optional<rejection> parse_head(std::string_view bytes, head& into);

}  // namespace toolrack::http
