// An auth backend that grants every request with a client certificate. The subject is the size of the certificate.
#include <string>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.certificate-backend", "1.0.0", R"({"kinds": ["auth"]})")(toolrack::setup& s) {
    using namespace toolrack;
    s.auth(trait::tokenless, [](const facts& shown) -> decision {
        if (shown.certificate.empty()) return refuse(refusal::no_token, "no certificate");
        return grant{.subject = std::to_string(shown.certificate.size()), .scopes = {"*"}};
    });
}
