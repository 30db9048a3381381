// The auth backend token-file: one named, hashed, scoped, expiring token for each client, from a list that is watched.
// Connects the SDK with token_store.
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <toolrack/plugin.hpp>

#include "token_store.hpp"

namespace {

using namespace toolrack;
namespace fs = std::filesystem;

fs::path path_option(const setup& s, const char* name, const fs::path& otherwise) {
    const auto found = s.options().find(name);
    return fs::absolute(found ? fs::path(found->str()) : otherwise);
}

token_store::paths paths_of(const setup& s) {
    const auto list = path_option(s, "path", {});
    return {list,
            path_option(s, "revoked", list.parent_path() / "revoked.list"),
            path_option(s, "last_use", list.parent_path() / "last-use")};
}

severity severity_of(token::log_level level) {
    switch (level) {
    case token::log_level::info: return severity::info;
    case token::log_level::warning: return severity::warning;
    case token::log_level::error: break;
    }
    return severity::error;
}

std::shared_ptr<token_store> make_store(const setup& s) {
    try {
        return std::make_shared<token_store>(
            paths_of(s),
            token::backend_callbacks{
                .log = [log = s.log](token::log_level level, std::string_view line) { log(severity_of(level), line); },
                .forget = [grants = s.grants()](std::string_view credential) { grants.forget(credential); },
                .report_degraded = [health = s.health()](std::string_view why) { health.report_degraded(why); }});
    } catch (const std::runtime_error& error) {
        throw setup_error(error.what());
    }
}

decision decision_of(token_store::decision decided) {
    switch (decided.result) {
    case token_store::outcome::granted:
        return grant{.subject = std::move(decided.subject),
                     .scopes = std::move(decided.scopes),
                     .credential = std::move(decided.credential),
                     .expires = decided.expires};
    case token_store::outcome::not_ours: return refuse(refusal::pass, std::move(decided.why));
    case token_store::outcome::refused: break;
    }
    return refuse(refusal::bad_token, std::move(decided.why));
}

token_store::decision decide_now(const token_store& store, const facts& shown) {
    return store.decide(shown.token, shown.peer, shown.now);
}

// An unknown token may have been added a moment ago: it is checked again after the list was looked at.
void decide(const token_store& store, check& asked) {
    auto decided = decide_now(store, asked.facts());
    if (!decided.may_be_new) return asked.answer(decision_of(std::move(decided)));
    const auto kept = std::make_shared<check>(std::move(asked));
    if (!store.after_reload([&store, kept] { kept->answer(decision_of(decide_now(store, kept->facts()))); }))
        kept->answer(decision_of(std::move(decided)));
}

}  // namespace

TOOLRACK_PLUGIN("toolrack.token-file", "1.0.0", R"({
    "kinds": ["auth"],
    "options": {
        "type": "object",
        "properties": {
            "path": {"type": "string", "minLength": 1},
            "revoked": {"type": "string", "minLength": 1},
            "last_use": {"type": "string", "minLength": 1}
        },
        "required": ["path"],
        "additionalProperties": false
    }
})")
(toolrack::setup& s) {
    const auto store = make_store(s);
    s.keep(store);
    s.auth(trait::quick, [store = store.get()](check& asked) { decide(*store, asked); });
}
