// Server-sent events, as the bytes of a stream (WHATWG HTML, 9.2), chunked for HTTP/1.1.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace toolrack::http::sse {

// HTTP/1.0 knows no chunks: there the stream lasts until the connection ends.
enum class framing { chunked, plain };

// One event with one JSON text, and an id in a stream that can be taken up again. A line break in
// either would end its line early and let what follows be read as fields, or as another event;
// between JSON tokens it means nothing, and inside a JSON string it cannot stand, so line breaks
// are left out.
void append_message(std::string& to, std::string_view json, std::string_view id, framing how);

// The beginning of a stream that can be taken up again: an event that says nothing but its id, and
// how long to wait before coming back (not said when zero).
void append_opening(std::string& to,
                    std::string_view id,
                    std::chrono::milliseconds retry,
                    framing how);

// A comment: nothing to the client, a sign of life to everything between.
void append_sign_of_life(std::string& to, framing how);

// The end of the stream.
void append_end(std::string& to, framing how);

}  // namespace toolrack::http::sse
