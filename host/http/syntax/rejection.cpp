#include "http/syntax/rejection.hpp"

namespace toolrack::http {

rejection reject(unsigned status, std::string sentence) { return {status, std::move(sentence), {}}; }

rejection method_not_allowed(std::string sentence, std::string_view allowed) {
    return {405, std::move(sentence), {{"Allow", std::string(allowed)}}};
}

rejection retry_later(unsigned status, std::string sentence, unsigned seconds) {
    return {status, std::move(sentence), {{"Retry-After", std::to_string(seconds)}}, wire::code::internal_error};
}

rejection internal_error() {
    return {500, "Internal server error. The server's log has the details.", {}, wire::code::internal_error};
}

rejection target_too_long() { return reject(414, "The request target is too long."); }

rejection head_too_large() { return reject(431, "The request head is larger than limits.head allows."); }

rejection body_too_large() { return reject(413, "The body is larger than limits.body allows."); }

rejection bad_content_length() { return reject(400, "Content-Length must be one decimal number."); }

}  // namespace toolrack::http
