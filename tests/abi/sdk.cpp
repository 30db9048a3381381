// Every header of the SDK, each of which must not need that another came before it.
#include <toolrack/testing.hpp>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.nothing", "1")(toolrack::setup&) {}
