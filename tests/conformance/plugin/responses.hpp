// Reading what the client answered. Anyone can make it up, so whatever is not an answer to what was
// asked counts as none; but a person who said no is not asked again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <toolrack/plugin.hpp>

namespace fixture {

// Whether the client says that it can do this: "sampling", "elicitation", "roots".
bool can(const toolrack::call& c, std::string_view capability);

// What a person did with a form. content is {} when there is none.
struct form {
    std::string action;
    toolrack::json::value content;

    bool is_accepted() const { return action == "accept"; }
};
std::optional<form> find_form(const toolrack::call& c, std::string_view key);

// One field of a form. Throws tool_error when the person did not accept it.
std::optional<toolrack::json::value>
find_field(const toolrack::call& c, std::string_view key, std::string_view field);
// The same, of this type.
std::optional<std::string>
find_text(const toolrack::call& c, std::string_view key, std::string_view field);
std::optional<bool>
find_choice(const toolrack::call& c, std::string_view key, std::string_view field);

// What the client's model said.
std::optional<std::string> find_completion(const toolrack::call& c, std::string_view key);

// The client's folders, an array of objects that have a "uri".
std::optional<toolrack::json::value> find_roots(const toolrack::call& c, std::string_view key);

}  // namespace fixture
