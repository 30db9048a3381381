// The bytes of a response: status line and fields. Appends to a string that is reused. Never writes Server or CORS
// fields.
#pragma once

#include <string>
#include <string_view>

#include "http/syntax/rejection.hpp"
#include "wire/reply.hpp"

namespace toolrack::http {

struct response_options {
    bool closes = false;       // the connection ends after this response
    bool is_http_1_0 = false;  // no chunks, and an explicit keep-alive
    bool omits_body = false;   // HEAD
};

inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

// The head of a response, up to and including the empty line before its JSON.
void append_json_head(std::string& to, const wire::reply& answer, response_options options);

// The same before a body of another type.
void append_text_head(
    std::string& to, unsigned status, std::string_view type, std::size_t length, response_options options);

// A whole response without body: 202, 204.
void append_empty(std::string& to, unsigned status, response_options options);

// A whole rejection with its JSON body.
void append_rejection(std::string& to, const rejection& why, response_options options);

// The head of an event stream, which has no Content-Length.
void append_stream_head(std::string& to, response_options options);

}  // namespace toolrack::http
