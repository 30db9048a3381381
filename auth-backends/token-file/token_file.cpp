// One named, hashed, scoped, expiring token for each client, from a list that is watched.
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

token_store::files files_of(const setup& s) {
    const auto list = path_option(s, "path", {});
    return {list, path_option(s, "revoked", list.parent_path() / "revoked.list"),
            path_option(s, "last_use", list.parent_path() / "last-use")};
}

severity severity_of(token_store::voice::loudness how) {
    switch (how) {
    case token_store::voice::loudness::info: return severity::info;
    case token_store::voice::loudness::warning: return severity::warning;
    case token_store::voice::loudness::error: break;
    }
    return severity::error;
}

std::shared_ptr<token_store> make_keeper(const setup& s) {
    token_store::voice voice{[log = s.log](token_store::voice::loudness how, const std::string& line) {
                            log(severity_of(how), line);
                        },
                        [given = s.grants()](std::string_view credential) { given.forget(credential); },
                        [here = s.health()](const std::string& what) { here.report_degraded(what); }};
    try {
        return std::make_shared<token_store>(files_of(s), std::move(voice));
    } catch (const std::runtime_error& wrong) {
        throw setup_error(wrong.what());
    }
}

verdict verdict_of(token_store::decision decided) {
    switch (decided.what) {
    case token_store::answer::granted:
        return grant{.subject = std::move(decided.subject), .scopes = std::move(decided.scopes),
                     .credential = std::move(decided.credential), .expires = decided.expires};
    case token_store::answer::not_ours: return refuse(refusal::pass, std::move(decided.why));
    case token_store::answer::refused: break;
    }
    return refuse(refusal::bad_token, std::move(decided.why));
}

verdict decide_now(const token_store& door, const facts& shown) {
    return verdict_of(door.decide(shown.token, shown.peer, shown.now));
}

// A token that is not in the list may have been made a moment ago: then it is for the list as it is now to say.
void decide(const token_store& door, check& asked) {
    const auto& shown = asked.facts();
    auto decided = door.decide(shown.token, shown.peer, shown.now);
    if (!decided.may_be_new) return asked.answer(verdict_of(std::move(decided)));
    const auto kept = std::make_shared<check>(std::move(asked));
    if (!door.after_a_look([&door, kept] { kept->answer(decide_now(door, kept->facts())); }))
        kept->answer(verdict_of(std::move(decided)));
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
    const auto door = make_keeper(s);
    s.keep(door);
    s.auth(trait::quick, [door = door.get()](check& asked) { decide(*door, asked); });
}
