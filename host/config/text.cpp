#include "config/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.hpp"
#include "config/complaint.hpp"

namespace toolrack::config {
namespace {

// The value of `${inside}`.
std::string value_of(std::string_view inside, const text& whole) {
    const auto dash = inside.find(":-");
    const std::string name(inside.substr(0, dash));
    if (!is_variable_name(name))
        complain(whole.where,
                 whole.key + " has a ${ without the name of a variable",
                 "${NAME}, ${NAME:-default}, or $${ for a literal ${",
                 "other characters");
    const char* value = std::getenv(name.c_str());
    if (dash != inside.npos && (!value || !*value)) return std::string(inside.substr(dash + 2));
    return variable_value(name, whole.key + " needs", whole.where);
}

}  // namespace

std::string text::shown() const {
    return from_environment ? "a value from the environment (not shown)" : in_quotes(value);
}

void text::refuse(std::string_view wrong, std::string_view expected) const {
    complain(where, key + ' ' + std::string(wrong), expected, shown());
}

text expand(std::string_view written, std::string key, location where) {
    text expanded{.value = {}, .key = std::move(key), .where = std::move(where)};
    while (!written.empty()) {
        if (written.starts_with("$${")) {
            expanded.value += "${";
            written.remove_prefix(3);
        } else if (written.starts_with("${")) {
            const auto end = written.find('}');
            if (end == written.npos)
                complain(expanded.where,
                         expanded.key + " has a ${ that is not closed",
                         "a closing brace, or $${ for a literal ${",
                         "the end of the text");
            expanded.value += value_of(written.substr(2, end - 2), expanded);
            expanded.from_environment = true;
            written.remove_prefix(end + 1);
        } else {
            expanded.value += written.front();
            written.remove_prefix(1);
        }
    }
    return expanded;
}

std::string variable_value(const std::string& name, std::string_view need, const location& where) {
    const std::string wrong = std::string(need) + " the environment variable " + name;
    const char* value = std::getenv(name.c_str());
    if (!value) complain(where, wrong, "it to be set", "it unset");
    if (!*value) complain(where, wrong, "it to have a value", "it empty");
    if (!is_utf8(value)) complain(where, wrong, "it to be UTF-8", "other bytes");
    return value;
}

bool is_variable_name(std::string_view name) noexcept {
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::all_of(name.begin(), name.end(), fits);
}

}  // namespace toolrack::config
