// Resources that the host does not list, because their scopes are invalid, but whose uris match a public template.
#include <string>

#include <toolrack/plugin.hpp>

namespace {

toolrack::handler returns(std::string content) {
    return [content = std::move(content)](toolrack::call& c) { return toolrack::resource_text(c.name(), content); };
}

}  // namespace

TOOLRACK_PLUGIN("org.example.partly-listed", "1.0.0", R"({
    "kinds": ["resources"],
    "options": {"type": "object", "additionalProperties": false}
})")
(toolrack::setup& s) {
    s.resource("half:open", "open", "text/plain", returns("open"));
    s.resource("half:secret", "secret", "text/plain", returns("secret")).scopes({"*"});
    s.template_("half:private/{name}", "private", "text/plain", returns("private")).scopes({"*"});
    s.resource("half:asleep", "asleep", "text/plain", returns("asleep")).listed_while([] { return false; });
    s.template_("half:{+path}", "public", "text/plain", returns("public")).scopes({});
}
