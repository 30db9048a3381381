// Prompts, resources and templates about books, some with completions. Watch callbacks are logged.
#include <string>
#include <vector>

#include <toolrack/plugin.hpp>

namespace {

using namespace toolrack;

std::vector<std::string> endings(call&, std::string_view argument, std::string_view typed) {
    if (argument != "who" && argument != "title") return {};
    return {std::string(typed) + "a", std::string(typed) + "b"};
}

result letter(call& c) {
    const auto tone = c.args().find("tone");
    return user("Dear " + c.args().at("who").str() + (tone ? ", " + tone->str() : "")).also(assistant("Yours"));
}

void offer_prompts(setup& s) {
    s.prompt("letter", "Begins a letter", {{"who", "To whom", true}, {"tone", "How", false}}, letter).complete(endings);
    s.prompt("closed", "Refuses", {}, [](call&) -> result { throw error(-32000, "The room is closed."); });
    s.prompt("silent", "Answers without messages", {}, [](call&) { return text("..."); });
}

void offer_books(setup& s) {
    s.resource("book://one", "one", "text/plain", [](call& c) {
         return resource_text(c.name(), "The first book.");
     }).quick();
    s.resource("book://signed", "signed", "text/plain", [](call& c) {
        return resource_text(c.name(), "A signed book.").with("ttlMs", 5000).with("cacheScope", "public");
    });
    s.resource("book://lent", "lent", "text/plain", [](call& c) -> result { throw resource_not_found(c.name()); });
    s.template_("book://{title}", "by title", "text/plain", [](call& c) {
         return resource_text(c.name(), "About " + std::string(c.variable("title")));
     }).complete(endings);
    s.template_("book://{+place}", "by place", "text/plain", [](call& c) {
        return resource_text(c.name(), "At " + std::string(c.variable("place")));
    });
}

}  // namespace

TOOLRACK_PLUGIN("org.example.books", "1.0.0")(toolrack::setup& s) {
    offer_prompts(s);
    offer_books(s);
    s.tool("borrow",
           "Says what is to be borrowed",
           object({{"branch", optional(string().with("x-mcp-header", "Branch"))},
                   {"copies", optional(integer().with("x-mcp-header", "Copies"))},
                   {"title", optional(string())}}),
           [](call& c) { return text(std::string(c.args().text())); });
    s.on_watch([log = s.log](std::string_view uri, bool on) {
        log(severity::info, std::string(uri) + (on ? " is watched" : " is watched no more"));
    });
}
