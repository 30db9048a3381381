// An auth backend that grants every request: the subject is the part of the token before the first dot. For tests
// with several principals.
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
