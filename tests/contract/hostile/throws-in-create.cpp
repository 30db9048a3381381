// Throws in its setup: the SDK turns that into a complaint.
#include <stdexcept>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.hostile", "1.0.0")(toolrack::setup&) {
    throw std::runtime_error("The database is unreachable.");
}
