// The headers of the SDK compile in any order.
#include <toolrack/testing.hpp>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.nothing", "1")(toolrack::setup&) {}
