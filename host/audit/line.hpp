// Builds the members of one audit line as JSON: limited in length, and on one line whatever they contain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolrack::audit {

class line {
public:
    // A string. A text longer than `most` bytes is cut and ends in "...".
    line& word(std::string_view name, std::string_view text, std::size_t most = 256);
    line& number(std::string_view name, std::uint64_t value);
    line& milliseconds(std::string_view name, std::int64_t microseconds);
    // JSON text that was validated before.
    line& json(std::string_view name, std::string_view text);
    line& more(std::string_view members);

    const std::string& text() const noexcept { return text_; }

private:
    void begin(std::string_view name);

    std::string text_;
};

// The current time in UTC with milliseconds, as RFC 3339 writes it.
std::string timestamp();

// Escapes unprintable characters (base/text.hpp) beyond those that JSON escapes itself. In valid JSON they occur only
// inside strings.
void keep_on_one_line(std::string& json);

}  // namespace toolrack::audit
