// Equality of JSON values as JSON Schema defines it: numbers by value, objects in any order.
#pragma once

#include "schema/effort.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace toolrack::schema {

bool equal(const boost::json::value& a, const boost::json::value& b, effort& left);

// The indices of two equal items, if any.
std::optional<std::pair<std::size_t, std::size_t>> repeated(const boost::json::array& items, effort& left);

}  // namespace toolrack::schema
