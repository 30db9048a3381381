#include "wire/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

namespace toolrack::wire {
namespace {

using boost::system::error_code;
using kind = enum json_fault::kind;

// The decoded keys of the objects that are still open, stored end to end. One per thread, so that validation does not
// allocate once the buffers have grown.
struct open_keys {
    struct span {
        std::size_t begin, end;
    };
    struct object {
        std::size_t first_key, first_byte;
    };

    std::string bytes;
    std::vector<span> keys;
    std::vector<object> objects;

    std::string_view text(const span& key) const {
        return std::string_view(bytes).substr(key.begin, key.end - key.begin);
    }
    void clear() {
        bytes.clear();
        keys.clear();
        objects.clear();
    }
};

// The handler for Boost.JSON's parser: counts values and compares keys; keeps nothing else.
class validator {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    validator(open_keys& open, const json_limits& limits) : open_(open), limits_(limits) { open_.clear(); }

    std::optional<kind> fault() const { return fault_; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_object_begin(error_code& error) {
        open_.objects.push_back({open_.keys.size(), open_.bytes.size()});
        return count(error);
    }
    bool on_object_end(std::size_t, error_code& error) {
        const auto object = open_.objects.back();
        if (has_duplicates(object.first_key)) return refuse(kind::duplicate_key, error);
        open_.objects.pop_back();
        open_.keys.resize(object.first_key);
        open_.bytes.resize(object.first_byte);
        return true;
    }
    bool on_array_begin(error_code& error) { return count(error); }
    bool on_array_end(std::size_t, error_code&) { return true; }

    bool on_key_part(std::string_view part, std::size_t size, error_code& error) {
        if (size > limits_.key) return refuse(kind::key_too_long, error);
        open_.bytes.append(part);
        return true;
    }
    bool on_key(std::string_view part, std::size_t size, error_code& error) {
        if (!on_key_part(part, size, error)) return false;
        const auto end = open_.bytes.size();
        open_.keys.push_back({end - size, end});
        if (open_.text(open_.keys.back()).find('\0') != std::string_view::npos) return refuse(kind::nul_in_key, error);
        return true;
    }
    bool on_string_part(std::string_view, std::size_t, error_code&) { return true; }
    bool on_string(std::string_view, std::size_t, error_code& error) { return count(error); }
    bool on_number_part(std::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, std::string_view, error_code& error) { return count(error); }
    bool on_uint64(std::uint64_t, std::string_view, error_code& error) { return count(error); }
    bool on_double(double number, std::string_view, error_code& error) {
        return std::isfinite(number) ? count(error) : refuse(kind::not_finite, error);
    }
    bool on_bool(bool, error_code& error) { return count(error); }
    bool on_null(error_code& error) { return count(error); }
    bool on_comment_part(std::string_view, error_code&) { return true; }
    bool on_comment(std::string_view, error_code&) { return true; }

private:
    bool has_duplicates(std::size_t first) {
        const auto begin = open_.keys.begin() + static_cast<std::ptrdiff_t>(first), end = open_.keys.end();
        const auto same = [&](const auto& a, const auto& b) { return open_.text(a) == open_.text(b); };
        constexpr std::ptrdiff_t pairwise_at_most = 12;
        if (end - begin <= pairwise_at_most) {
            for (auto left = begin; left != end; ++left)
                if (std::any_of(left + 1, end, [&](const auto& right) { return same(*left, right); })) return true;
            return false;
        }
        std::sort(begin, end, [&](const auto& a, const auto& b) { return open_.text(a) < open_.text(b); });
        return std::adjacent_find(begin, end, same) != end;
    }

    bool count(error_code& error) { return ++values_ <= limits_.values || refuse(kind::too_many_values, error); }

    bool refuse(kind why, error_code& error) {
        fault_ = why;
        error = boost::json::error::exception;
        return false;
    }

    open_keys& open_;
    const json_limits& limits_;
    std::size_t values_ = 0;
    std::optional<kind> fault_;
};

}  // namespace

std::optional<json_fault> check_json(std::string_view text, const json_limits& limits) {
    thread_local open_keys open;

    boost::json::parse_options options;
    options.max_depth = limits.depth;
    boost::json::basic_parser<validator> parser(options, open, limits);

    error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (parser.handler().fault()) return json_fault{*parser.handler().fault(), read};
    if (error == boost::json::error::exponent_overflow) return json_fault{kind::not_finite, read};
    if (error == boost::json::error::too_deep) return json_fault{kind::too_deep, read};
    if (error || read != text.size()) return json_fault{kind::not_json, read};
    return std::nullopt;
}

std::string_view to_string(enum json_fault::kind fault) {
    switch (fault) {
    case kind::not_json: return "it is not valid JSON";
    case kind::duplicate_key: return "an object in it has the same key twice";
    case kind::not_finite: return "it contains a number that is too large for a double";
    case kind::nul_in_key: return "it contains a NUL character in a key";
    case kind::key_too_long: return "it contains a key that is too long";
    case kind::too_deep: return "it is nested too deeply";
    case kind::too_many_values: return "it contains too many values";
    }
    return "it is not acceptable JSON";
}

void append_members(std::string& out, const json::value& object, std::initializer_list<std::string_view> except) {
    for (const auto& member : object) {
        if (std::ranges::any_of(except, [&](std::string_view name) { return member.key_is(name); })) continue;
        out += ',';
        json::write_string(out, member.key());
        out += ':';
        out += member.text();
    }
}

void put_on_one_line(std::string& json) {
    // find() of one character is memchr(), and most texts have none.
    for (const char line_end : {'\n', '\r'})
        for (auto at = json.find(line_end); at != json.npos; at = json.find(line_end, at + 1)) json[at] = ' ';
}

std::optional<std::string> string_member(const json::value& object, std::string_view key) {
    const auto found = object.find(key);
    if (!found || !found->is_string()) return std::nullopt;
    return found->str();
}

}  // namespace toolrack::wire
