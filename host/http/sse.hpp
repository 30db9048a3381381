// Server-sent events, as the bytes of a stream (WHATWG HTML, 9.2), chunked for HTTP/1.1.
#pragma once

#include <string>
#include <string_view>

namespace toolrack::http::sse {

// HTTP/1.0 knows no chunks: there the stream lasts until the connection ends.
enum class framing { chunked, plain };

// One event with one JSON text. A line break in it would end the event early and let what follows be
// read as fields of another one; between JSON tokens it means nothing, and inside a JSON string it
// cannot stand, so line breaks are left out.
void append_message(std::string& to, std::string_view json, framing how);

// A comment: nothing to the client, a sign of life to everything between.
void append_sign_of_life(std::string& to, framing how);

// The end of the stream.
void append_end(std::string& to, framing how);

}  // namespace toolrack::http::sse
