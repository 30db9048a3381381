// Decodes a chunked body as it arrives, by this grammar:
//
//     1 to 16 hex digits CR LF, that many bytes CR LF, ..., 0 CR LF CR LF
//
// No extensions, no trailers, no other line endings. Beast's decoder accepts all of those and hides them (it even
// merges trailers into the head; security.md, section 0), so it is not used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/syntax/rejection.hpp"

namespace toolrack::http {

class chunk_decoder {
public:
    explicit chunk_decoder(std::size_t max_body) : left_(max_body) {}

    // Appends the decoded part of `in` to `body` and returns the bytes behind the body: empty until the body is
    // complete. A chunk that exceeds the limit is refused at its size line.
    result<std::string_view, rejection> decode(std::string_view in, std::string& body);

    bool is_complete() const noexcept { return state_ == state::complete; }

private:
    enum class state { size, size_lf, data, data_cr, data_lf, last_cr, last_lf, complete };

    bool step(char c);
    bool add_digit(char c);
    void begin_chunk();

    state state_ = state::size;
    std::uint64_t size_ = 0;
    unsigned digits_ = 0;
    std::size_t left_;
    bool is_too_large_ = false;
};

}  // namespace toolrack::http
