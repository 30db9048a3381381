// A well-behaved plugin for the tests of who may use what: something of every kind, with suggestions of
// what a caller must have been granted, with the suggestion that anybody will do, and without any.
#include <string>
#include <string_view>
#include <vector>

#include <toolrack/plugin.hpp>

using toolrack::call;

TOOLRACK_PLUGIN("org.example.guarded", "1.0.0")(toolrack::setup& s) {
    using namespace toolrack;
    const schema nothing = object({});
    const auto done = [](call& c) { return text(std::string(c.name()) + " done"); };
    const auto changes = s.changes();

    s.tool("status", "Says that all is well.", nothing, done).read_only().scopes({});
    s.tool("orders_read", "Reads orders.", nothing, done).read_only().scopes({"orders:read"});
    s.tool("orders_write",
           "Writes an order.",
           object({{"amount", integer().min(1)}}),
           done)
        .destructive()
        .scopes({"orders:write", "audit"});
    s.tool("plain", "Does something, and says nothing of it.", nothing, done);
    s.tool("says_it_writes", "Says that it changes something.", nothing, done)
        .set("annotations", json::object({{"readOnlyHint", false}}));
    s.tool("touch",
           "Tells of a change.",
           object({{"uri", string("What changed")}}),
           [changes](call& c) {
               changes.resource_updated(c.args().at("uri").str());
               return text("told");
           })
        .scopes({});

    const auto says = [](call& c) { return user(c.name()); };
    s.prompt("review", "Reviews orders.", {{"which", "Which ones", false}}, says)
        .scopes({"orders:read"})
        .complete([](call&, std::string_view, std::string_view) { return std::vector<std::string>{"open"}; });
    s.prompt("hello", "Greets.", {}, says).scopes({});

    const auto reads = [](call& c) { return resource_text(c.name(), "some text"); };
    s.resource("orders://all", "All orders", "text/plain", reads).scopes({"orders:read"});
    s.resource("orders://public", "What everybody may know", "text/plain", reads).scopes({});
    s.template_("orders://by-id/{id}", "One order", "text/plain", reads)
        .scopes({"orders:read"})
        .complete([](call&, std::string_view, std::string_view) { return std::vector<std::string>{"1", "2"}; });
}
