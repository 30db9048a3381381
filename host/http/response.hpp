// The bytes of an answer: status line and fields, ready to be written in one piece.
//
// Appends to a string that is used again and again; what never changes is one literal. No Server
// and no CORS fields, ever.
#pragma once

#include <string>
#include <string_view>

#include "http/rejection.hpp"
#include "wire/reply.hpp"

namespace toolrack::http {

// What the connection knows and every head of an answer depends on.
struct manner {
    bool closes = false;         // the connection ends after this answer
    bool is_http_1_0 = false;    // cannot take chunks, and must be told that it may stay
    bool wants_no_body = false;  // HEAD
};

inline constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

// Everything of an answer up to and including the empty line before its JSON.
void append_json_head(std::string& to, const wire::reply& answer, manner how);

// The same before a body of another type.
void append_text_head(std::string& to, unsigned status, std::string_view type, std::size_t length, manner how);

// A whole answer without body: 202, 204.
void append_empty(std::string& to, unsigned status, manner how);

// A whole refusal, JSON body included.
void append_rejection(std::string& to, const rejection& why, manner how);

// The head of an event stream, whose end nobody knows yet.
void append_stream_head(std::string& to, manner how);

}  // namespace toolrack::http
