// Parses the bytes of one request head.
//
// Beast's parser splits lines and fields. Its callbacks here refuse everything that two parsers of the same bytes could
// read differently. Sans-io.
#pragma once

#include <optional>
#include <string_view>

#include "http/syntax/head.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::http {

// `bytes` is a whole head with its empty line, as head_scanner returns it. `into` gets views into it; its vector keeps
// its memory. After a rejection `into` is half filled and the connection must be closed: the start of the next request
// is unknown.
std::optional<rejection> parse_head(std::string_view bytes, head& into);

}  // namespace toolrack::http
