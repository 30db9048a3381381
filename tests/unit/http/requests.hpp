// Requests as text, and heads parsed as a connection parses them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/syntax/head.hpp"
#include "http/syntax/head_parser.hpp"
#include "http/syntax/head_scanner.hpp"

namespace toolrack::test {

// A POST to /mcp. `fields` ("Name: value\r\n" each) follow the Host field.
inline std::string post(std::string_view fields, std::string_view body = {}) {
    std::string text = "POST /mcp HTTP/1.1\r\nHost: localhost:8080\r\n";
    text += fields;
    text += "\r\n";
    text += body;
    return text;
}

inline std::string post_json(std::string_view body, std::string_view fields = {}) {
    return post("Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                    std::string(fields),
                body);
}

// Owns the text that the head views.
struct parsed_head {
    explicit parsed_head(std::string bytes, std::size_t limit = 16 * 1024) : text(std::move(bytes)) {
        const auto found = http::head_scanner(limit).scan(text);
        if (!found) {
            rejected = found.error();
        } else if (!found->empty()) {
            size = found->size();
            rejected = http::parse_head(*found, head);
        }
    }
    parsed_head(const parsed_head&) = delete;
    parsed_head& operator=(const parsed_head&) = delete;

    unsigned status() const { return rejected ? rejected->status : 200; }

    std::string text;
    std::size_t size = 0;  // of the head; 0 when incomplete
    http::head head;
    std::optional<http::rejection> rejected;
};

}  // namespace toolrack::test
