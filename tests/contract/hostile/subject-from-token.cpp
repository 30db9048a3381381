// A lock that believes everyone: what stands before the first dot of a token is who shows it. For tests
// in which several people use one server.
#include <string>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.subject-from-token", "1.0.0", R"({"kinds":["auth"],"options":{"type":"object"}})")
(toolrack::setup& s) {
    using namespace toolrack;
    s.auth(trait::quick, [](const facts& shown) -> decision {
        grant yes{.subject = std::string(shown.token.substr(0, shown.token.find('.'))), .scopes = {"*"}};
        yes.credential = yes.subject;
        return yes;
    });
}
