// Reads more than a host may serve: what asks for scopes that nobody can have is left out of the lists, and
// fits a template that anybody may use.
#include <string>

#include <toolrack/plugin.hpp>

namespace {

toolrack::handler says(std::string what) {
    return [what = std::move(what)](toolrack::call& c) {
        return toolrack::resource_text(c.name(), what);
    };
}

}  // namespace

TOOLRACK_PLUGIN("org.example.partly-listed", "1.0.0", R"({
    "kinds": ["resources"],
    "options": {"type": "object", "additionalProperties": false}
})")
(toolrack::setup& s) {
    s.resource("half:open", "open", "text/plain", says("open"));
    s.resource("half:secret", "secret", "text/plain", says("secret")).scopes({"*"});
    s.template_("half:private/{name}", "private", "text/plain", says("private")).scopes({"*"});
    s.resource("half:asleep", "asleep", "text/plain", says("asleep")).listed_while([] { return false; });
    s.template_("half:{+path}", "public", "text/plain", says("public")).scopes({});
}
