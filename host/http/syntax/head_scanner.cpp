#include "http/syntax/head_scanner.hpp"

namespace toolrack::http {
namespace {

// A method starts with a letter; a TLS handshake starts with byte 22.
bool can_start_a_request(char first) { return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z'); }

}  // namespace

result<std::string_view, rejection> head_scanner::scan(std::string_view received) {
    if (received.empty()) return received;
    if (!can_start_a_request(received[0])) {
        return reject(400,
                      received[0] == 22 ? "This address does not use TLS. Use http:// in the URL."
                                        : "This is not an HTTP request.");
    }
    for (;;) {
        if (line_ > 0 && line_ < received.size() && (received[line_] == ' ' || received[line_] == '\t')) {
            return reject(400, "A header field is folded over two lines. HTTP/1.1 does not allow that.");
        }
        const auto newline = received.find('\n', searched_);
        if (newline == std::string_view::npos) {
            searched_ = received.size();
            return incomplete(received);
        }
        if (received[newline - 1] != '\r') {
            return reject(400, "A line of the request head ends in LF instead of CR LF.");
        }
        const bool is_empty = newline - line_ == 1;
        line_ = searched_ = newline + 1;
        if (is_empty) {
            if (line_ > limit_) return head_too_large();
            return received.substr(0, line_);
        }
    }
}

result<std::string_view, rejection> head_scanner::incomplete(std::string_view received) const {
    if (received.size() < limit_) return std::string_view{};
    if (line_ == 0) return target_too_long();
    return head_too_large();
}

}  // namespace toolrack::http
