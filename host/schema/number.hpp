// A JSON number by its mathematical value: 1 and 1.0 are equal, comparisons do not round, and 0.0075 is a multiple of
// 0.0001.
#pragma once

#include <boost/json/value.hpp>

#include <compare>
#include <cstddef>
#include <optional>
#include <string>

namespace toolrack::schema {

class number {
public:
    static std::optional<number> from(const boost::json::value& v);

    bool is_integer() const;
    bool is_positive() const;
    bool is_multiple_of(const number& divisor) const;

    // Unsigned 64 bits, when it is such an integer.
    std::optional<std::uint64_t> count() const;

    std::size_t hash() const;
    std::string text() const;

    friend std::partial_ordering operator<=>(const number& a, const number& b);
    friend bool operator==(const number& a, const number& b) { return std::is_eq(a <=> b); }

private:
    __extension__ using wide = __int128;  // holds every int64, every uint64 and their negatives

    explicit number(wide whole) : whole_(whole), is_whole_(true) {}
    explicit number(double real);

    // Either an integer below 2^64 in size, or a double that is not one.
    wide whole_ = 0;
    double real_ = 0;
    bool is_whole_ = false;
};

}  // namespace toolrack::schema
