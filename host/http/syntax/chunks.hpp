// A chunked body, decoded as it arrives, by a grammar that leaves nothing to interpret:
//
//     1 to 16 hex digits CR LF, that many bytes CR LF, ..., 0 CR LF CR LF
//
// No extensions, no trailers, no other line endings. Beast's own decoder takes all of those and
// hides them (trailers even join the head: security.md, section 0), so what is allowed is decoded
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/rejection.hpp"

namespace toolrack::http {

class chunks {
public:
    explicit chunks(std::size_t largest_body) : left_(largest_body) {}

    // Appends what `in` holds of the body to `body` and returns what stands behind it: nothing,
    // unless the body is complete. One that grows past the limit is refused as soon as its chunk is
    // announced.
    result<std::string_view, rejection> take(std::string_view in, std::string& body);

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
