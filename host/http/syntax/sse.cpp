#include "http/syntax/sse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <span>

namespace toolrack::http::sse {
namespace {

struct event_line {
    std::string_view start;
    std::string_view text;
    bool is_required = false;  // is written even when text is empty

    bool is_written() const { return is_required || !text.empty(); }
};

bool breaks_line(char c) { return c == '\n' || c == '\r' || c == '\0'; }

std::size_t size_of(const event_line& one) {
    if (!one.is_written()) return 0;
    const auto left_out = static_cast<std::size_t>(std::ranges::count_if(one.text, breaks_line));
    return one.start.size() + one.text.size() - left_out + 1;
}

void append_line(std::string& to, const event_line& one) {
    if (!one.is_written()) return;
    to += one.start;
    if (std::ranges::none_of(one.text, breaks_line)) {
        to += one.text;
    } else {
        std::ranges::remove_copy_if(one.text, std::back_inserter(to), breaks_line);
    }
    to += '\n';
}

void append_chunk_size(std::string& to, std::size_t size) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, size, 16).ptr;
    to.append(digits, end);
    to += "\r\n";
}

void append_event(std::string& to, std::span<const event_line> lines, framing how) {
    if (how == framing::chunked) {
        std::size_t size = 1;
        for (const auto& each : lines) size += size_of(each);
        append_chunk_size(to, size);
    }
    for (const auto& each : lines) append_line(to, each);
    to += how == framing::chunked ? "\n\r\n" : "\n";
}

}  // namespace

void append_message(std::string& to, std::string_view json, std::string_view id, framing how) {
    append_event(to,
                 std::array{event_line{"event: ", "message"}, event_line{"id: ", id}, event_line{"data: ", json, true}},
                 how);
}

void append_priming_event(std::string& to, std::string_view id, std::chrono::milliseconds retry, framing how) {
    const auto pause = retry.count() > 0 ? std::to_string(retry.count()) : std::string();
    append_event(
        to, std::array{event_line{"id: ", id}, event_line{"retry: ", pause}, event_line{"data:", "", true}}, how);
}

void append_keep_alive(std::string& to, framing how) { to += how == framing::chunked ? "3\r\n:\n\n\r\n" : ":\n\n"; }

void append_end(std::string& to, framing how) {
    if (how == framing::chunked) to += "0\r\n\r\n";
}

}  // namespace toolrack::http::sse
