#include "http/syntax/response.hpp"

#include <charconv>

namespace toolrack::http {
namespace {

std::string_view reason(unsigned status) {
    switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Response";  // clients ignore the phrase (RFC 9112, section 4)
    }
}

void append_number(std::string& to, std::size_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    to.append(digits, end);
}

void append_status(std::string& to, unsigned status) {
    if (status == 200) {
        to += "HTTP/1.1 200 OK\r\n";
        return;
    }
    to += "HTTP/1.1 ";
    append_number(to, status);
    to += ' ';
    to += reason(status);
    to += "\r\n";
}

void append_field(std::string& to, std::string_view name, std::string_view value) {
    to += name;
    to += ": ";
    to += value;
    to += "\r\n";
}

// The last field, and the end of the head.
void append_end(std::string& to, response_options options) {
    if (options.closes) {
        to += "Connection: close\r\n\r\n";
    } else if (options.is_http_1_0) {
        to += "Connection: keep-alive\r\n\r\n";
    } else {
        to += "\r\n";
    }
}

constexpr std::string_view json = "application/json";

void append_body_fields(std::string& to, std::string_view type, std::size_t length) {
    to += "Content-Type: ";
    to += type;
    to += "\r\n"
          "Cache-Control: no-store\r\n"
          "X-Content-Type-Options: nosniff\r\n"
          "Content-Length: ";
    append_number(to, length);
    to += "\r\n";
}

}  // namespace

void append_json_head(std::string& to, const wire::reply& answer, response_options options) {
    append_status(to, answer.status);
    append_body_fields(to, json, answer.json.size());
    if (!answer.session.empty()) append_field(to, "Mcp-Session-Id", answer.session);
    if (!answer.challenge.empty()) append_field(to, "WWW-Authenticate", answer.challenge);
    if (answer.retry_after) append_field(to, "Retry-After", std::to_string(answer.retry_after));
    append_end(to, options);
}

void append_text_head(
    std::string& to, unsigned status, std::string_view type, std::size_t length, response_options options) {
    append_status(to, status);
    append_body_fields(to, type, length);
    append_end(to, options);
}

void append_empty(std::string& to, unsigned status, response_options options) {
    append_status(to, status);
    to += "Cache-Control: no-store\r\n";
    // A 204 has no length (RFC 9110, 8.6). A 202 without one would last until the connection ends.
    if (status != 204) to += "Content-Length: 0\r\n";
    append_end(to, options);
}

void append_rejection(std::string& to, const rejection& why, response_options options) {
    const auto body = wire::error_reply({}, why.code, why.sentence).json;
    append_status(to, why.status);
    append_body_fields(to, json, body.size());
    for (const auto& [name, value] : why.fields) append_field(to, name, value);
    append_end(to, options);
    if (!options.omits_body) to += body;
}

void append_stream_head(std::string& to, response_options options) {
    to += "HTTP/1.1 200 OK\r\n"
          "Content-Type: text/event-stream\r\n"
          "Cache-Control: no-store\r\n"
          "X-Content-Type-Options: nosniff\r\n"
          "X-Accel-Buffering: no\r\n";
    if (!options.is_http_1_0) to += "Transfer-Encoding: chunked\r\n";
    append_end(to, options);
}

}  // namespace toolrack::http
