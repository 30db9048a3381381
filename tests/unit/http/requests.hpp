// Heads as text, parsed the way a connection does it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/syntax/head.hpp"
#include "http/syntax/head_end.hpp"
#include "http/syntax/head_parser.hpp"

namespace toolrack::test {

// A POST to /mcp with `fields` ("Name: value\r\n" each) after its Host.
inline std::string post(std::string_view fields, std::string_view body = {}) {
    std::string text = "POST /mcp HTTP/1.1\r\nHost: localhost:8080\r\n";
    text += fields;
    text += "\r\n";
    text += body;
    return text;
}

inline std::string post_json(std::string_view body, std::string_view fields = {}) {
    return post("Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n" + std::string(fields),
                body);
}

// Owns the text that the head looks into.
struct read_head {
    explicit read_head(std::string bytes, std::size_t limit = 16 * 1024) : text(std::move(bytes)) {
        const auto found = http::head_end(limit).look(text);
        if (!found) {
            refused = found.error();
        } else if (!found->empty()) {
            size = found->size();
            refused = http::parse_head(*found, head);
        }
    }
    read_head(const read_head&) = delete;
    read_head& operator=(const read_head&) = delete;

    unsigned status() const { return refused ? refused->status : 200; }

    std::string text;
    std::size_t size = 0;  // of the head; 0 when it is not complete
    http::head head;
    std::optional<http::rejection> refused;
};

}  // namespace toolrack::test
