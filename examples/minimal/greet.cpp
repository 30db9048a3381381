#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.greet", "1.0.0")(toolrack::setup& s) {
    s.tool("greet",
           "Says hello to someone by name.",
           toolrack::object({{"who", toolrack::string("The name to greet")}}),
           [](toolrack::call& c) { return toolrack::text("Hello, " + c.args().at("who").str() + "!"); });
}
