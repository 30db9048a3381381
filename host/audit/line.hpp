// The members of a line, as JSON: short enough, and on one line whatever is in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolrack::audit {

class line {
public:
    // A string; what is longer than `most` bytes ends in "...".
    line& word(std::string_view name, std::string_view text, std::size_t most = 256);
    line& number(std::string_view name, std::uint64_t value);
    line& milliseconds(std::string_view name, std::int64_t microseconds);
    // JSON that was checked, as it is.
    line& json(std::string_view name, std::string_view text);
    line& more(std::string_view members);

    const std::string& text() const noexcept { return text_; }

private:
    void begin(std::string_view name);

    std::string text_;
};

// Escapes what a terminal, or a reader of lines that knows more line ends than one, would take for more than
// a character: DEL, C1 controls, line and paragraph separators, and marks that turn the direction of text.
// All of these can stand only in strings.
void keep_on_one_line(std::string& json);

}  // namespace toolrack::audit
