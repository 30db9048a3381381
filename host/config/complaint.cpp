#include "config/complaint.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace toolrack::config {

std::string to_string(const place& place) {
    const std::string file = printable(place.file, 4096);
    if (place.line == 0)
        return file;
    return fmt::format("{}:{}:{}", file, place.line, place.column);
}

void complain(const place& where,
              std::string_view wrong,
              std::string_view expected,
              std::string_view found) {
    // Names that a file has made up may be among what is expected.
    constexpr std::size_t longest = 8192;
    throw failure(printable(
        fmt::format("{}: {}; expected {}, found {}", to_string(where), wrong, expected, found), longest));
}

std::string in_quotes(std::string_view words) {
    return '"' + printable(words) + '"';
}

} // namespace toolrack::config
