// Reads the records of an audit file.
#pragma once

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "temporary_folder.hpp"
#include "wire/json.hpp"

namespace toolrack::test {

inline std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::vector<std::string> lines;
    std::istringstream in(bytes_of(file));
    for (std::string line; std::getline(in, line);) {
        CHECK_FALSE(wire::check_json(line));
        lines.push_back(line);
    }
    return lines;
}

// Only records of one kind: "call", "begin", "refused" ...
inline std::vector<std::string> lines_of_kind(const std::filesystem::path& file, const std::string& kind) {
    auto lines = lines_of(file);
    std::erase_if(lines, [&](const std::string& line) { return json::value(line).at("kind").str() != kind; });
    return lines;
}

// Whether the records are numbered from 1 without a gap.
inline bool is_without_gap(const std::vector<std::string>& lines) {
    std::uint64_t expected = 1;
    return std::ranges::all_of(
        lines, [&](const std::string& line) { return json::value(line).at("seq").u64() == expected++; });
}

}  // namespace toolrack::test
