#include "http/syntax/chunk_decoder.hpp"

#include <algorithm>

namespace toolrack::http {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

result<std::string_view, rejection> chunk_decoder::decode(std::string_view in, std::string& body) {
    std::size_t used = 0;
    while (used < in.size() && !is_complete()) {
        if (state_ == state::data) {
            const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(size_, in.size() - used));
            body.append(in.substr(used, part));
            used += part;
            size_ -= part;
            if (size_ == 0) state_ = state::data_cr;
        } else if (!step(in[used++])) {
            return reject(400, "The chunked body is malformed. Chunk extensions and trailers are not supported.");
        } else if (is_too_large_) {
            return body_too_large();
        }
    }
    return in.substr(used);
}

// Takes one byte outside of chunk data. False when the grammar does not allow it.
bool chunk_decoder::step(char c) {
    const auto expect = [&](char wanted, state next) {
        if (c != wanted) return false;
        state_ = next;
        return true;
    };
    switch (state_) {
    case state::size: return c == '\r' && digits_ > 0 ? (state_ = state::size_lf, true) : add_digit(c);
    case state::size_lf:
        if (c != '\n') return false;
        begin_chunk();
        return true;
    case state::data_cr: return expect('\r', state::data_lf);
    case state::data_lf: return expect('\n', state::size);
    case state::last_cr: return expect('\r', state::last_lf);
    case state::last_lf: return expect('\n', state::complete);
    case state::data:
    case state::complete: break;
    }
    return false;
}

bool chunk_decoder::add_digit(char c) {
    const int value = hex_value(c);
    if (value < 0 || ++digits_ > 16) return false;
    size_ = size_ * 16 + static_cast<unsigned>(value);
    return true;
}

void chunk_decoder::begin_chunk() {
    digits_ = 0;
    state_ = size_ == 0 ? state::last_cr : state::data;
    is_too_large_ = size_ > left_;
    if (!is_too_large_) left_ -= static_cast<std::size_t>(size_);
}

}  // namespace toolrack::http
