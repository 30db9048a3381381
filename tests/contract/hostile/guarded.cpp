// A valid plugin for tests of scopes: features of every kind with required scopes, with an empty list of scopes, and
// without an attribute.
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

    s.tool("status", "Returns the status.", nothing, done).read_only().scopes({});
    s.tool("orders_read", "Reads orders.", nothing, done).read_only().scopes({"orders:read"});
    s.tool("orders_write", "Writes an order.", object({{"amount", integer().min(1)}}), done)
        .destructive()
        .scopes({"orders:write", "audit"});
    s.tool("plain", "Has no hints and no scopes.", nothing, done);
    s.tool("says_it_writes", "Has the hint that it is not read-only.", nothing, done)
        .set("annotations", json::object({{"readOnlyHint", false}}));
    s.tool("touch", "Reports an updated resource.", object({{"uri", string("What changed")}}), [changes](call& c) {
         changes.resource_updated(c.args().at("uri").str());
         return text("reported");
     }).scopes({});

    const auto says = [](call& c) { return user(c.name()); };
    s.prompt("review", "Reviews orders.", {{"which", "Which ones", false}}, says)
        .scopes({"orders:read"})
        .complete([](call&, std::string_view, std::string_view) { return std::vector<std::string>{"open"}; });
    s.prompt("hello", "Greets.", {}, says).scopes({});

    const auto reads = [](call& c) { return resource_text(c.name(), "some text"); };
    s.resource("orders://all", "All orders", "text/plain", reads).scopes({"orders:read"});
    s.resource("orders://public", "Public orders", "text/plain", reads).scopes({});
    s.template_("orders://by-id/{id}", "One order", "text/plain", reads)
        .scopes({"orders:read"})
        .complete([](call&, std::string_view, std::string_view) {
            return std::vector<std::string>{"1", "2"};
        });
}
