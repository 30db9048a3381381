// An auth backend that lets in whoever shows a client certificate, and tells them apart by its size.
#include <string>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.certificate-backend", "1.0.0", R"({"kinds": ["auth"]})")(toolrack::setup& s) {
    using namespace toolrack;
    s.auth(trait::tokenless, [](const facts& shown) -> decision {
        if (shown.certificate.empty()) return refuse(refusal::no_token, "no certificate was shown");
        return grant{.subject = std::to_string(shown.certificate.size()), .scopes = {"*"}};
    });
}
