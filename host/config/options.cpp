#include "config/options.hpp"

#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/secret.hpp"
#include "config/complaint.hpp"
#include "config/document.hpp"
#include "config/secret_reference.hpp"
#include "config/text.hpp"

namespace toolrack::config {
namespace {

// The limit for options; messages of clients may nest 64 deep.
constexpr std::size_t max_depth = 32;

std::string json_string(std::string_view text) { return boost::json::serialize(text); }

// The shortest text that parses to the same number, without an exponent for usual magnitudes. Boost.JSON would
// write 1.0 as 1E0, which some readers do not recognise as a float.
std::string json_number(double number) {
    const double size = std::abs(number);
    const bool plain = size == 0 || (size >= 1e-5 && size < 1e16);
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    char digits[32];
    char* const end = std::to_chars(digits, digits + sizeof digits, number, format).ptr;
    std::string text(digits, end);
    if (text.find_first_not_of("-0123456789") == text.npos) text += ".0";
    return text;
}

// Escapes a key as in RFC 6901.
std::string pointer_step(std::string_view key) {
    std::string step = "/";
    for (const char c : key) {
        if (c == '~') step += "~0";
        else if (c == '/') step += "~1";
        else step += c;
    }
    return step;
}

// A position in the options: as a JSON pointer and as a dotted name.
struct position {
    std::string pointer;
    std::string name;
    std::size_t depth = 0;

    position at(std::string_view key) const {
        return {pointer + pointer_step(key), fmt::format("{}.{}", name, key), depth + 1};
    }
    position at(std::size_t index) const {
        return {fmt::format("{}/{}", pointer, index), fmt::format("{}[{}]", name, index), depth + 1};
    }
};

class writer {
public:
    void write(const toml::node& node, const position& here) {
        if (here.depth > max_depth)
            complain(location_of(node),
                     here.name + " is nested too deeply",
                     fmt::format("at most {} levels", max_depth),
                     "more");
        written_.locations.emplace(here.pointer, location_of(node));
        node.visit([&](const auto& value) { add(value, here); });
    }

    options take() { return std::move(written_); }

private:
    std::string& out() { return written_.json; }

    void add(const toml::table& table, const position& here) {
        // Not at the top level: the options must be an object, and a plugin may have an option named "file".
        if (here.depth > 0) {
            if (const auto secret = find_secret(table, here.name)) {
                out() += json_string(*secret);
                return;
            }
        }
        out() += '{';
        bool first = true;
        for (auto&& [key, value] : table) {
            if (!std::exchange(first, false)) out() += ',';
            out() += json_string(key.str()) + ':';
            write(value, here.at(key.str()));
        }
        out() += '}';
    }

    void add(const toml::array& array, const position& here) {
        out() += '[';
        for (std::size_t i = 0; i < array.size(); ++i) {
            if (i > 0) out() += ',';
            write(array[i], here.at(i));
        }
        out() += ']';
    }

    void add(const toml::value<std::string>& value, const position& here) {
        out() += json_string(expand(value.get(), here.name, location_of(value)).value);
    }
    void add(const toml::value<std::int64_t>& value, const position&) { out() += std::to_string(value.get()); }
    void add(const toml::value<bool>& value, const position&) { out() += value.get() ? "true" : "false"; }
    void add(const toml::value<double>& value, const position& here) {
        if (!std::isfinite(value.get()))
            complain(location_of(value),
                     here.name + " is a number that JSON cannot represent",
                     "a finite number",
                     std::isnan(value.get()) ? "nan" : "inf");
        out() += json_number(value.get());
    }
    template <typename When>
    void add(const toml::value<When>& value, const position&) {
        std::ostringstream text;
        text << value.get();
        out() += json_string(text.str());
    }

    options written_{.json = {}, .locations = {}};
};

}  // namespace

options::~options() { wipe(json); }

options to_options(const toml::table& table, const std::string& name) {
    writer writer;
    writer.write(table, {.pointer = {}, .name = name});
    return writer.take();
}

}  // namespace toolrack::config
