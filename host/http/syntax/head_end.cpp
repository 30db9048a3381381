#include "http/syntax/head_end.hpp"

namespace toolrack::http {
namespace {

// A method starts with a letter; a TLS handshake starts with byte 22.
bool can_start_a_request(char first) {
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
}

rejection too_large() {
    return refuse(431,
                  "The head of the request is larger than this server allows (limits.head).");
}

}  // namespace

result<std::string_view, rejection> head_end::look(std::string_view received) {
    if (received.empty()) return received;
    if (!can_start_a_request(received[0])) {
        return refuse(400,
                      received[0] == 22
                          ? "This port speaks plain HTTP, not TLS. Use http:// in the URL."
                          : "This is not an HTTP request.");
    }
    for (;;) {
        if (line_ > 0 && line_ < received.size() &&
            (received[line_] == ' ' || received[line_] == '\t')) {
            return refuse(400,
                          "A header field is folded over two lines, which HTTP no longer allows.");
        }
        const auto newline = received.find('\n', searched_);
        if (newline == std::string_view::npos) {
            searched_ = received.size();
            return not_yet(received);
        }
        if (received[newline - 1] != '\r') {
            return refuse(400, "A line of the head ends in LF alone instead of CR LF.");
        }
        const bool is_empty = newline - line_ == 1;
        line_ = searched_ = newline + 1;
        if (is_empty) {
            if (line_ > limit_) return too_large();
            return received.substr(0, line_);
        }
    }
}

result<std::string_view, rejection> head_end::not_yet(std::string_view received) const {
    if (received.size() < limit_) return std::string_view{};
    if (line_ == 0) return refuse(414, "The target of the request is too long.");
    return too_large();
}

}  // namespace toolrack::http
