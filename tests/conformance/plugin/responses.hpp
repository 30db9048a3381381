// Reads the client's answers to input requests. They are unverified: an invalid answer counts as
// missing. A user who declined is not asked again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <toolrack/plugin.hpp>

namespace fixture {

// True if the client declared the capability: "sampling", "elicitation" or "roots".
bool client_supports(const toolrack::call& c, std::string_view capability);

// The user's answer to a form. content is {} if there is none.
struct form {
    std::string action;
    toolrack::json::value content;

    bool is_accepted() const { return action == "accept"; }
};
std::optional<form> find_form(const toolrack::call& c, std::string_view key);

// One field of a form. Throws tool_error if the user did not accept the form.
std::optional<toolrack::json::value> find_field(const toolrack::call& c, std::string_view key, std::string_view field);
// The same for fields of one type.
std::optional<std::string> find_text(const toolrack::call& c, std::string_view key, std::string_view field);
std::optional<bool> find_choice(const toolrack::call& c, std::string_view key, std::string_view field);

// The text of the client's model.
std::optional<std::string> find_completion(const toolrack::call& c, std::string_view key);

// The client's folders: an array of objects with a "uri".
std::optional<toolrack::json::value> find_roots(const toolrack::call& c, std::string_view key);

}  // namespace fixture
