// Short descriptions of schemas (expected) and values (found), of bounded length.
#pragma once

#include "schema/node.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace toolrack::schema {

// For a schema without a short description.
constexpr std::string_view anything = "a value that fits its schema";

// "an integer between 1 and 100", "a string or null", "one of "asc", "desc""
std::string describe(const program& in, node_id schema);

// "an integer or a string": each description once.
std::string describe_any(const program& in, const std::vector<node_id>& schemas);

// "250", ""some text"", "an array of 3 items"
std::string show(const boost::json::value& v);

// The first 80 characters or so of the text, as a JSON string.
std::string quoted(std::string_view text);

// The same without quotes.
std::string shortened(std::string_view text);

// "1 item", "2 items"
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace toolrack::schema
