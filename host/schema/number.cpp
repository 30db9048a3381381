#include "schema/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>

namespace toolrack::schema {
namespace {

__extension__ using wide = unsigned __int128;

constexpr double two_to_64 = 18446744073709551616.0;

// mantissa * 10^exponent, the mantissa without trailing zeros. A double is read as the shortest
// decimal that denotes it, as in the source text.
struct decimal {
    std::uint64_t mantissa;
    int exponent;
};

decimal shortened(decimal d) {
    while (d.mantissa != 0 && d.mantissa % 10 == 0) {
        d.mantissa /= 10;
        ++d.exponent;
    }
    return d;
}

decimal as_decimal(double finite) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.begin(), text.end(), std::fabs(finite), std::chars_format::scientific);
    decimal d{0, 0};
    const char* at = text.begin();
    for (bool past_point = false; at != end.ptr && *at != 'e'; ++at) {
        if (*at == '.') {
            past_point = true;
            continue;
        }
        d.mantissa = d.mantissa * 10 + static_cast<std::uint64_t>(*at - '0');
        if (past_point) --d.exponent;
    }
    d.exponent += std::atoi(at + 1);  // to_chars always writes one, and text ends in zeros
    return shortened(d);
}

std::uint64_t times(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
    return static_cast<std::uint64_t>(wide{a} * b % modulus);
}

std::uint64_t power_of_ten(int exponent, std::uint64_t modulus) {
    std::uint64_t power = 1 % modulus, square = 10 % modulus;
    for (; exponent > 0; exponent /= 2, square = times(square, square, modulus))
        if (exponent % 2 == 1) power = times(power, square, modulus);
    return power;
}

// The mantissa of a does not end in zero, so an exponent smaller than that of b means that a is not a multiple.
bool is_multiple(const decimal& a, const decimal& b) {
    if (a.mantissa == 0) return true;
    if (b.mantissa == 0 || a.exponent < b.exponent) return false;
    const auto scale = power_of_ten(a.exponent - b.exponent, b.mantissa);
    return times(a.mantissa % b.mantissa, scale, b.mantissa) == 0;
}

}  // namespace

number::number(double real) {
    is_whole_ = std::fabs(real) < two_to_64 && std::trunc(real) == real;
    if (is_whole_) whole_ = static_cast<wide>(real);
    else real_ = real;
}

std::optional<number> number::from(const boost::json::value& v) {
    if (auto* i = v.if_int64()) return number(wide{*i});
    if (auto* u = v.if_uint64()) return number(wide{*u});
    if (auto* d = v.if_double()) return number(*d);
    return std::nullopt;
}

bool number::is_integer() const { return is_whole_ || (std::isfinite(real_) && std::trunc(real_) == real_); }

bool number::is_positive() const { return is_whole_ ? whole_ > 0 : real_ > 0; }

std::optional<std::uint64_t> number::count() const {
    if (!is_whole_ || whole_ < 0) return std::nullopt;
    return static_cast<std::uint64_t>(whole_);
}

bool number::is_multiple_of(const number& divisor) const {
    if (is_whole_ && divisor.is_whole_) return divisor.whole_ != 0 && whole_ % divisor.whole_ == 0;
    const auto reading = [](const number& n) {
        if (!n.is_whole_) return as_decimal(n.real_);
        return shortened({static_cast<std::uint64_t>(n.whole_ < 0 ? -n.whole_ : n.whole_), 0});
    };
    const bool finite = (is_whole_ || std::isfinite(real_)) && (divisor.is_whole_ || std::isfinite(divisor.real_));
    return finite && is_multiple(reading(*this), reading(divisor));
}

std::size_t number::hash() const {
    return is_whole_ ? std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(whole_)) : std::hash<double>{}(real_);
}

std::string number::text() const {
    if (is_whole_) {
        const auto size = std::to_string(static_cast<std::uint64_t>(whole_ < 0 ? -whole_ : whole_));
        return whole_ < 0 ? std::string("-").append(size) : size;
    }
    std::array<char, 32> text;
    return {text.begin(), std::to_chars(text.begin(), text.end(), real_).ptr};
}

std::partial_ordering operator<=>(const number& a, const number& b) {
    if (a.is_whole_ && b.is_whole_) return a.whole_ <=> b.whole_;
    if (!a.is_whole_ && !b.is_whole_) return a.real_ <=> b.real_;
    if (b.is_whole_) return 0 <=> (b <=> a);
    if (std::fabs(b.real_) >= two_to_64) return 0.0 <=> b.real_;
    if (std::isnan(b.real_)) return std::partial_ordering::unordered;
    const bool below = a.whole_ <= static_cast<number::wide>(std::floor(b.real_));
    return below ? std::partial_ordering::less : std::partial_ordering::greater;
}

}  // namespace toolrack::schema
