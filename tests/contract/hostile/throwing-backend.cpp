// An auth backend with the SDK whose handler fails as the token says.
#include <new>
#include <stdexcept>
#include <string>

#include <toolrack/plugin.hpp>

TOOLRACK_PLUGIN("org.example.throwing-backend", "1.0.0", R"({"kinds":["auth"],"options":{"type":"object"}})")
(toolrack::setup& s) {
    using namespace toolrack;
    s.auth(trait::none, [](check asked) {
        const std::string how(asked.facts().token);
        if (how == "throw") throw std::runtime_error("canary 5b1e07 of the inside");
        if (how == "throw_a_number") throw 42;
        if (how == "throw_out_of_memory") throw std::bad_alloc();
        if (how == "throw_an_error_of_the_sdk") throw tool_error("canary 5b1e07 of the inside");
        if (how == "drop") return;
        if (how == "answer_and_throw") {
            asked.answer(refuse(refusal::bad_token, "no"));
            throw std::runtime_error("after all");
        }
        if (how == "grant_nobody") return asked.answer(grant{.subject = ""});
        if (how == "grant_all") return asked.answer(grant{.subject = "ann", .scopes = {"*"}});
        asked.answer(refuse(refusal::unavailable, "unknown"));
    });
}
