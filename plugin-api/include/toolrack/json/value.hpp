// A cursor over JSON text: a value is a slice of it, good for as long as the text is.
//
// Copying one copies two pointers and a name. Looking up a member walks the object and allocates
// nothing. kind, find, size, iteration and the is_...() never throw; at() and the conversions
// throw bad_value, whose sentence names the member.
//
// Of members with the same name the first counts. The host refuses texts that have two.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "toolrack/json/scan.hpp"
#include "toolrack/json/string.hpp"

namespace toolrack::json {

enum class kind : unsigned char { null, boolean, number, string, array, object };

// A member is missing, or is not what was asked for.
class bad_value : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class value {
public:
    class iterator;

    value() = default;
    explicit value(std::string_view text) noexcept : value(text, {}) {}
    template <class Temporary>
        requires std::same_as<std::remove_cv_t<Temporary>, std::string>
    explicit value(Temporary&&) = delete;  // it would be gone before it was read

    json::kind kind() const noexcept;
    bool is_null() const noexcept { return kind() == kind::null; }
    bool is_bool() const noexcept { return kind() == kind::boolean; }
    bool is_number() const noexcept { return kind() == kind::number; }
    bool is_string() const noexcept { return kind() == kind::string; }
    bool is_array() const noexcept { return kind() == kind::array; }
    bool is_object() const noexcept { return kind() == kind::object; }

    // Members of an object; none when this is not one.
    std::optional<value> find(std::string_view name) const noexcept;
    value at(std::string_view name) const;

    // Elements of an array, or members of an object: each of those knows its key().
    iterator begin() const noexcept;
    std::default_sentinel_t end() const noexcept { return {}; }
    std::size_t size() const noexcept;
    value at(std::integral auto index) const { return element(static_cast<std::size_t>(index)); }

    // The name of this member, when it was reached through an object.
    std::string key() const { return decoded(key_); }
    bool key_is(std::string_view name) const noexcept { return same_string(key_, name); }

    bool boolean() const;
    std::int64_t i64() const { return integer<std::int64_t>(); }
    std::uint64_t u64() const { return integer<std::uint64_t>(); }
    double f64() const;
    std::string str() const;

    // The characters of a string that has no escapes, which nearly all have not: no copy.
    std::optional<std::string_view> raw_string() const noexcept;
    // This value as it stands in the text.
    std::string_view text() const noexcept { return text_; }

private:
    value(std::string_view text, std::string_view key) noexcept;

    value element(std::size_t index) const;
    std::string_view inside_quotes() const noexcept;
    template <class Integer>
    Integer integer() const;
    void expect(json::kind wanted, const char* called) const;
    [[noreturn]] void complain(const std::string& what) const;
    std::string shown_name() const { return key_.empty() ? "the value" : '"' + key() + '"'; }

    std::string_view text_;  // without the white space around it
    std::string_view key_;   // as written, so perhaps with escapes
};

// Stands on one element or member. Stops at the end, and at anything that is not JSON.
class value::iterator {
public:
    using value_type = value;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    iterator() = default;
    explicit iterator(std::string_view container) noexcept;

    const value& operator*() const noexcept { return here_; }
    const value* operator->() const noexcept { return &here_; }
    iterator& operator++() noexcept;
    void operator++(int) noexcept { ++*this; }
    bool operator==(std::default_sentinel_t) const noexcept { return rest_ == nullptr; }

private:
    void read() noexcept;

    value here_;
    const char* rest_ = nullptr;  // behind the value; null when there are no more
    const char* end_ = nullptr;
    bool named_ = false;
};

inline const char* name_of(kind which) {
    switch (which) {
    case kind::null: return "null";
    case kind::boolean: return "a boolean";
    case kind::number: return "a number";
    case kind::string: return "a string";
    case kind::array: return "an array";
    case kind::object: return "an object";
    }
    return "null";
}

inline value::value(std::string_view text, std::string_view key) noexcept : key_(key) {
    const char* end = text.data() + text.size();
    const char* first = scan::space(text.data(), end);
    while (end != first && scan::is_space(end[-1])) --end;
    text_ = {first, static_cast<std::size_t>(end - first)};
}

inline kind value::kind() const noexcept {
    switch (text_.empty() ? 'n' : text_.front()) {
    case '{': return kind::object;
    case '[': return kind::array;
    case '"': return kind::string;
    case 't':
    case 'f': return kind::boolean;
    case '-': return kind::number;
    default: return !text_.empty() && text_.front() >= '0' && text_.front() <= '9' ? kind::number : kind::null;
    }
}

inline std::optional<value> value::find(std::string_view name) const noexcept {
    if (!is_object()) return {};
    for (const value& member : *this)
        if (member.key_is(name)) return member;
    return {};
}

inline value value::at(std::string_view name) const {
    if (!is_object()) complain("must be an object, but is " + std::string(name_of(kind())));
    if (auto found = find(name)) return *found;
    throw bad_value('"' + std::string(name) + "\" is missing");
}

inline value::iterator value::begin() const noexcept {
    return is_object() || is_array() ? iterator(text_) : iterator();
}

inline std::size_t value::size() const noexcept {
    std::size_t count = 0;
    for (auto each = begin(); each != end(); ++each) ++count;
    return count;
}

inline value value::element(std::size_t index) const {
    expect(kind::array, "an array");
    for (const value& element : *this)
        if (index-- == 0) return element;
    complain("has too few elements");
}

inline bool value::boolean() const {
    expect(kind::boolean, "true or false");
    return text_.front() == 't';
}

inline double value::f64() const {
    expect(kind::number, "a number");
    double number = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc() || end != text_.data() + text_.size()) complain("is a number out of range");
    return number;
}

// 1.0 and 1e3 are integers, as JSON Schema counts them.
template <class Integer>
Integer value::integer() const {
    expect(kind::number, "an integer");
    Integer number = 0;
    const char* last = text_.data() + text_.size();
    const auto [end, error] = std::from_chars(text_.data(), last, number);
    if (error == std::errc() && end == last) return number;
    const double real = f64();
    if (real != std::floor(real)) complain("must be an integer");
    // Doubles are only exact up to here, and a rounded integer is a wrong one.
    constexpr double exact = 9007199254740992.0;
    if (std::fabs(real) > exact || (real < 0 && std::is_unsigned_v<Integer>)) complain("is an integer out of range");
    return static_cast<Integer>(real);
}

inline std::string value::str() const {
    expect(kind::string, "a string");
    return decoded(inside_quotes());
}

inline std::optional<std::string_view> value::raw_string() const noexcept {
    if (!is_string() || inside_quotes().find('\\') != std::string_view::npos) return {};
    return inside_quotes();
}

inline std::string_view value::inside_quotes() const noexcept {
    const char* end = text_.data() + text_.size();
    const char* close = scan::to_closing_quote(text_.data(), end);
    return {text_.data() + 1, static_cast<std::size_t>(close - text_.data() - 1)};
}

inline void value::expect(json::kind wanted, const char* called) const {
    if (kind() != wanted) complain("must be " + std::string(called) + ", but is " + name_of(kind()));
}

inline void value::complain(const std::string& what) const { throw bad_value(shown_name() + ' ' + what); }

inline value::iterator::iterator(std::string_view container) noexcept
    : rest_(container.data() + 1), end_(container.data() + container.size()), named_(container.front() == '{') {
    rest_ = scan::space(rest_, end_);
    read();
}

inline value::iterator& value::iterator::operator++() noexcept {
    rest_ = scan::space(rest_, end_);
    if (rest_ == end_ || *rest_ != ',') {
        rest_ = nullptr;
        return *this;
    }
    rest_ = scan::space(rest_ + 1, end_);
    read();
    return *this;
}

inline void value::iterator::read() noexcept {
    const char* at = rest_;
    rest_ = nullptr;
    std::string_view key;
    if (named_) {
        if (at == end_ || *at != '"') return;
        const char* close = scan::to_closing_quote(at, end_);
        if (close == end_) return;
        key = {at + 1, static_cast<std::size_t>(close - at - 1)};
        at = scan::space(close + 1, end_);
        if (at == end_ || *at != ':') return;
        at = scan::space(at + 1, end_);
    }
    const char* behind = scan::value(at, end_);
    if (behind == at) return;
    here_.text_ = {at, static_cast<std::size_t>(behind - at)};
    here_.key_ = key;
    rest_ = behind;
}

}  // namespace toolrack::json
