#include "responses.hpp"

namespace fixture {

using namespace toolrack;

namespace {

std::optional<json::value> find_string(const json::value& object, std::string_view name) {
    const auto found = object.find(name);
    return found && found->is_string() ? found : std::nullopt;
}

}  // namespace

bool client_supports(const call& c, std::string_view capability) {
    const auto all = c.client().find("capabilities");
    const auto found = all ? all->find(capability) : std::nullopt;
    return found && found->is_object();
}

std::optional<form> find_form(const call& c, std::string_view key) {
    const auto response = c.responses().find(key);
    const auto action = response ? find_string(*response, "action") : std::nullopt;
    if (!action) return {};
    const auto content = response->find("content");
    return form{action->str(), content && content->is_object() ? *content : json::value("{}")};
}

std::optional<json::value> find_field(const call& c, std::string_view key, std::string_view field) {
    const auto answered = find_form(c, key);
    if (!answered) return {};
    if (!answered->is_accepted()) throw tool_error("The user did not answer: " + answered->action);
    return answered->content.find(field);
}

std::optional<std::string> find_text(const call& c, std::string_view key, std::string_view field) {
    const auto found = find_field(c, key, field);
    return found && found->is_string() ? std::optional(found->str()) : std::nullopt;
}

std::optional<bool> find_choice(const call& c, std::string_view key, std::string_view field) {
    const auto found = find_field(c, key, field);
    return found && found->is_bool() ? std::optional(found->boolean()) : std::nullopt;
}

// The content is one block or, since 2025-11-25, an array of blocks.
std::optional<std::string> find_completion(const call& c, std::string_view key) {
    const auto response = c.responses().find(key);
    const auto content = response ? response->find("content") : std::nullopt;
    if (!content) return {};
    if (const auto only = find_string(*content, "text")) return only->str();
    if (content->is_array())
        for (const json::value& block : *content)
            if (const auto first = find_string(block, "text")) return first->str();
    return {};
}

std::optional<json::value> find_roots(const call& c, std::string_view key) {
    const auto response = c.responses().find(key);
    const auto all = response ? response->find("roots") : std::nullopt;
    if (!all || !all->is_array()) return {};
    for (const json::value& root : *all)
        if (!find_string(root, "uri")) return {};
    return all;
}

}  // namespace fixture
