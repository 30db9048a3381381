#include "config/complaint.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace toolrack::config {

std::string to_string(const location& location) {
    const std::string file = printable(location.file, 4096);
    if (location.line == 0) return file;
    return fmt::format("{}:{}:{}", file, location.line, location.column);
}

void complain(const location& where, std::string_view wrong, std::string_view expected, std::string_view found) {
    // The list of expected keys can contain names from the file.
    constexpr std::size_t longest = 8192;
    throw failure(
        printable(fmt::format("{}: {}; expected {}, found {}", to_string(where), wrong, expected, found), longest));
}

std::string in_quotes(std::string_view words) { return '"' + printable(words) + '"'; }

}  // namespace toolrack::config
