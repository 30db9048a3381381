#include "http/sse.hpp"

#include <algorithm>
#include <charconv>

namespace toolrack::http::sse {
namespace {

constexpr std::string_view before = "event: message\ndata: ";
constexpr std::string_view after = "\n\n";

void append_chunk_size(std::string& to, std::size_t size) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, size, 16).ptr;
    to.append(digits, end);
    to += "\r\n";
}

}  // namespace

void append_message(std::string& to, std::string_view json, framing how) {
    const auto breaks = static_cast<std::size_t>(
        std::ranges::count_if(json, [](char c) { return c == '\n' || c == '\r'; }));
    if (how == framing::chunked) append_chunk_size(to, before.size() + json.size() - breaks + after.size());
    to += before;
    if (breaks == 0) {
        to += json;
    } else {
        std::ranges::copy_if(json, std::back_inserter(to), [](char c) { return c != '\n' && c != '\r'; });
    }
    to += after;
    if (how == framing::chunked) to += "\r\n";
}

void append_sign_of_life(std::string& to, framing how) {
    to += how == framing::chunked ? "3\r\n:\n\n\r\n" : ":\n\n";
}

void append_end(std::string& to, framing how) {
    if (how == framing::chunked) to += "0\r\n\r\n";
}

}  // namespace toolrack::http::sse
