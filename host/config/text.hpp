// A string of the configuration with environment variables expanded.
//
//   ${NAME}            the variable; unset or empty is an error
//   ${NAME:-default}   the variable, or the default when it is unset or empty
//   $${                a literal ${
//
// A bare $NAME is not expanded. A default ends at the first closing brace and is not expanded itself.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"

namespace toolrack::config {

struct text {
    std::string value;
    std::string key;  // dotted name for error messages: "server.path"
    location where;
    bool from_environment = false;

    // The value in quotes. A value from the environment is not shown.
    std::string shown() const;
    // Throws failure: "KEY WRONG; expected EXPECTED, found VALUE".
    [[noreturn]] void refuse(std::string_view wrong, std::string_view expected) const;
};

text expand(std::string_view written, std::string key, location where);

// The value of a required variable. Throws failure when it is unset, empty or not UTF-8; `need` starts the sentence:
// "server.path needs".
std::string variable_value(const std::string& name, std::string_view need, const location& where);

// A letter or underscore, then letters, digits and underscores.
bool is_variable_name(std::string_view name) noexcept;

}  // namespace toolrack::config
