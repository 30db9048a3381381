// Splits a byte stream into lines. (2026-07-28, basic/transports/stdio: messages are delimited by newlines and contain
// none.)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace toolrack::stdio {

class line_splitter {
public:
    explicit line_splitter(std::size_t max_length) : max_length_(max_length) {}

    void add(std::string_view bytes) { bytes_ += bytes; }

    struct line {
        std::string text;
        bool is_too_long = false;  // then text is empty: the line was skipped
    };
    // The next complete line that is not blank, without its line end.
    std::optional<line> next();

private:
    std::size_t max_length_;
    std::string bytes_;
    std::size_t searched_ = 0;  // no line end before this
    bool is_skipping_ = false;
};

}  // namespace toolrack::stdio
