// Returns its argument, to test the server, the client and their connection.
#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("toolrack.echo", "1.0.0")(toolrack::setup& s) {
    s.tool("echo",
           "Returns the given text unchanged. Use it to check that the connection works.",
           toolrack::object({{"text", toolrack::string("The text to return")}}),
           [](toolrack::call& c) { return toolrack::text(c.args().at("text").str()); })
        .title("Echo")
        .read_only()
        .idempotent()
        .open_world(false)
        .quick();
}
