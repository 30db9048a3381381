// The setup function throws; the SDK passes the message to complain().
#include <stdexcept>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.hostile", "1.0.0")(toolrack::setup&) {
    throw std::runtime_error("The database is unreachable.");
}
