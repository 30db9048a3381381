// Lines out of a stream of bytes: what the stdio transport frames its messages with. (2026-07-28,
// basic/transports/stdio: messages are delimited by newlines and hold none.)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace toolrack::stdio {

class lines {
public:
    // A line longer than `most` bytes is skipped to its end.
    explicit lines(std::size_t most) : most_(most) {}

    void add(std::string_view bytes) { bytes_ += bytes; }

    struct line {
        std::string text;
        bool is_too_long = false;  // then text is empty
    };
    // The next whole line that is not blank, without its end.
    std::optional<line> next();

private:
    std::size_t most_;
    std::string bytes_;
    std::size_t searched_ = 0;  // no line end before this
    bool is_skipping_ = false;
};

}  // namespace toolrack::stdio
