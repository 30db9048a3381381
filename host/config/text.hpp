// A text of the configuration, with the environment expanded in it.
//
//   ${NAME}            the variable; unset or empty is an error
//   ${NAME:-default}   the variable, or the default when it is unset or empty
//   $${                a literal ${
//
// A bare $NAME is left alone, and a default is taken as it stands, up to the first closing brace.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"

namespace toolrack::config {

struct text {
    std::string value;
    std::string key; // its dotted name, for sentences: "server.path"
    place where;
    bool from_environment = false;

    // In quotes; what the environment had a part in is not shown.
    std::string shown() const;
    // "KEY WRONG; expected EXPECTED, found what it is"; `wrong` continues the key's name.
    [[noreturn]] void refuse(std::string_view wrong, std::string_view expected) const;
};

text expand(std::string_view written, std::string key, place where);

// The value of a variable that must be there, in UTF-8. `need` begins the sentence otherwise:
// "server.path needs".
std::string variable_value(const std::string& name, std::string_view need, const place& where);

// What a shell can set: a letter or underscore, then letters, digits and underscores.
bool is_variable_name(std::string_view name) noexcept;

} // namespace toolrack::config
