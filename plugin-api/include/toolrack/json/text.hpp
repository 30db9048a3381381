// A value being written: JSON text that anything plain converts to.
//
//     json::object({{"name", "Ann"}, {"age", 7}, {"tags", json::array({"a", "b"})}})
//
// A std::string converts to a JSON *string*. Text that is JSON already goes through raw().
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include "toolrack/json/scan.hpp"
#include "toolrack/json/value.hpp"
#include "toolrack/json/write.hpp"

namespace toolrack::json {

class text;
struct member;

text raw(std::string json);

class text {
public:
    text() : json_("null") {}
    text(std::nullptr_t) : text() {}
    template <std::same_as<bool> Bool>
    text(Bool yes) : json_(yes ? "true" : "false") {}
    template <std::signed_integral Integer>
    text(Integer number) {
        write_number(json_, static_cast<std::int64_t>(number));
    }
    template <std::unsigned_integral Integer>
        requires(!std::same_as<Integer, bool>)
    text(Integer number) {
        write_number(json_, static_cast<std::uint64_t>(number));
    }
    template <std::floating_point Real>
    text(Real number) {
        write_number(json_, static_cast<double>(number));
    }
    template <class String>
        requires std::convertible_to<const String&, std::string_view>
    text(const String& string) {
        write_string(json_, string);
    }
    // A piece of somebody's text, as it stands there.
    text(const value& piece) : json_(piece.text().empty() ? "null" : piece.text()) {}

    // One more member of what object() began, or element of what array() began.
    text& add(std::string_view name, const text& what);
    text& push(const text& what);

    const std::string& str() const& { return json_; }
    std::string str() && { return std::move(json_); }
    value read() const& { return value(json_); }
    value read() && = delete;

private:
    friend text raw(std::string json);
    friend text object(std::initializer_list<member> members);

    void open_for_one_more();

    std::string json_;
};

struct member {
    std::string_view name;
    text what;
};

// Text that is JSON already. It is not checked here.
inline text raw(std::string json) {
    text result;
    result.json_ = std::move(json);
    return result;
}

inline text object(std::initializer_list<member> members = {}) {
    text result = raw("{}");
    for (const member& each : members) result.add(each.name, each.what);
    return result;
}

inline text array(std::initializer_list<text> elements = {}) {
    text result = raw("[]");
    for (const text& each : elements) result.push(each);
    return result;
}

template <std::ranges::input_range Range>
    requires std::convertible_to<std::ranges::range_reference_t<const Range>, text>
text array(const Range& elements) {
    text result = raw("[]");
    for (auto&& each : elements) result.push(each);
    return result;
}

inline text& text::add(std::string_view name, const text& what) {
    open_for_one_more();
    write_string(json_, name);
    json_ += ':';
    json_ += what.json_;
    json_ += '}';
    return *this;
}

inline text& text::push(const text& what) {
    open_for_one_more();
    json_ += what.json_;
    json_ += ']';
    return *this;
}

inline void text::open_for_one_more() {
    json_.pop_back();
    while (scan::is_space(json_.back())) json_.pop_back();
    if (json_.back() != '{' && json_.back() != '[') json_ += ',';
}

}  // namespace toolrack::json
