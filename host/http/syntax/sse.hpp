// Server-sent events (WHATWG HTML, 9.2), in chunks for HTTP/1.1.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace toolrack::http::sse {

// HTTP/1.0 has no chunks: its stream lasts until the connection ends.
enum class framing { chunked, plain };

// One event with one JSON text, and an id in a resumable stream. Line breaks in either are left out: they would end the
// line early, and the rest would be read as other fields or another event. JSON has no line breaks inside of strings.
void append_message(std::string& to, std::string_view json, std::string_view id, framing how);

// The first event of a resumable stream: an id, empty data, and the time to wait before reconnecting (left out when
// zero). (2025-11-25, basic/transports, "Sending Messages to the Server", 6.)
void append_priming_event(std::string& to, std::string_view id, std::chrono::milliseconds retry, framing how);

// A comment. Clients ignore it; proxies see that the connection is in use.
void append_keep_alive(std::string& to, framing how);

void append_end(std::string& to, framing how);

}  // namespace toolrack::http::sse
