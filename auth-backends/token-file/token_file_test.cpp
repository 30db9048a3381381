#include <filesystem>
#include <string>

#include <sys/stat.h>

#include <toolrack/testing.hpp>

#include "bearers.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using toolrack::json::object;
using toolrack::testing::host;
using toolrack::testing::setup_refused;

namespace {

namespace fs = std::filesystem;

// Made by "toolrack token new" for this test, and for nothing else.
const std::string ann = "trk_AAAAAAAAAAAA_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_3CAT0e",
                  bob = "trk_BBBBBBBBBBBB_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb_1aeY7w";

// ann has two scopes until 2100; the token of bob expired in 2001.
constexpr const char* list = R"(schema = 1
[[token]]
id = "AAAAAAAAAAAA"
principal = "ann"
hash = "sha256:752e062878737deb7d3029c0e2b8a765f4f9c83c73e2750ee354d12220812534"
scopes = ["orders:read", "weather"]
created = 2026-01-01T00:00:00Z
expires = 2100-01-01T00:00:00Z
[[token]]
id = "BBBBBBBBBBBB"
principal = "bob"
hash = "sha256:a76d4297df57efa69c8d5635cc71383adf318e9a6c829a6cff10fe74a5c4caa5"
created = 2000-01-01T00:00:00Z
expires = 2001-01-01T00:00:00Z
)";

class folder {
public:
    folder() { write("tokens.toml", list); }

    void write(const std::string& name, const std::string& bytes) const {
        const auto next = files_.write(name + ".next", bytes);
        ::chmod(next.c_str(), 0600);
        fs::rename(next, files_.path() / name);
    }
    std::string options() const { return object({{"path", (files_.path() / "tokens.toml").string()}}).str(); }

private:
    toolrack::test::temporary_folder files_;
};

std::string refused_with(const folder& here) {
    try {
        host started(here.options());
    } catch (const setup_refused& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a token of the list is granted, with the properties in the list") {
    const folder here;
    host backend(here.options());
    const auto yes = backend.authenticate(ann);
    CHECK(yes.granted);
    CHECK(yes.subject == "ann");
    CHECK(yes.scopes == std::vector<std::string>{"orders:read", "weather"});
    CHECK(yes.credential == "AAAAAAAAAAAA");
    CHECK(yes.expires == 4102444800);
    CHECK(yes.keep == 0);
}

// CONTRACT.md, A4.
TEST_CASE("a token of another form is passed on, and one of this form is decided here") {
    const folder here;
    host backend(here.options());
    CHECK(backend.authenticate("3f9c2d7a41b8e06595d2c7f1ab83e460").refusal == TOOLRACK_PASS);
    CHECK(backend.authenticate("eyJhbGciOiJIUzI1NiJ9.e30.c2ln").refusal == TOOLRACK_PASS);
    CHECK(backend.authenticate(ann + "0").refusal == TOOLRACK_PASS);
    CHECK(backend.authenticate(bob).refusal == TOOLRACK_BAD_TOKEN);
    CHECK(backend.authenticate(bob).why == "the token has expired (BBBBBBBBBBBB, bob)");
}

TEST_CASE("a token with a wrong secret is refused, and so is an unknown one") {
    const folder here;
    host backend(here.options());
    const auto wrong = backend.authenticate("trk_AAAAAAAAAAAA_ccccccccccccccccccccccccccccccccccccccccccc_20skvZ");
    CHECK_FALSE(wrong.granted);
    CHECK(wrong.refusal == TOOLRACK_BAD_TOKEN);
    CHECK(wrong.why == "no token with the id AAAAAAAAAAAA is in the list");
    CHECK(backend.authenticate("trk_CCCCCCCCCCCC_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_3Yce2z").refusal ==
          TOOLRACK_BAD_TOKEN);
}

TEST_CASE("a hash that stands with the id of another token grants nothing") {
    const folder here;
    std::string text = list;
    text.replace(text.find("AAAAAAAAAAAA"), 12, "CCCCCCCCCCCC");
    here.write("tokens.toml", text);
    host backend(here.options());
    CHECK(backend.authenticate(ann).why == "no token with the id AAAAAAAAAAAA is in the list");
}

TEST_CASE("every single flipped bit makes a token refused, also with the right checksum") {
    const folder files;
    host here(files.options());
    constexpr std::size_t check = 6;
    for (std::size_t at = 0; at != ann.size(); ++at)
        for (int bit = 0; bit != 8; ++bit) {
            std::string flipped = ann;
            flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
            CHECK_FALSE(here.authenticate(flipped).granted);
            if (at + check >= ann.size()) continue;
            flipped.resize(ann.size() - check);
            CHECK_FALSE(here.authenticate(flipped + toolrack::test::check_of(flipped)).granted);
        }
    CHECK(here.authenticate(ann).granted);
}

TEST_CASE("a token that was revoked before the start is refused") {
    const folder here;
    here.write("revoked.list", "2026-11-22T10:00:00Z tok AAAAAAAAAAAA\n");
    host backend(here.options());
    CHECK(backend.authenticate(ann).why == "the token was revoked (AAAAAAAAAAAA, ann)");
}

TEST_CASE("the time is that of the host, also when it jumps") {
    const folder here;
    host backend(here.options());
    auto shown = host::facts_with(bob);
    constexpr std::int64_t made = 946684800, ends = 978307200;  // 2000 and 2001
    for (const auto& [time, is_good] :
         {std::pair{ends, false}, {ends - 1, true}, {made, true}, {ends + 1, false}, {ends - 60, true}}) {
        shown.now = time;
        CHECK(backend.authenticate(shown).granted == is_good);
    }
}

TEST_CASE("a token is accepted as soon as the list with it exists") {
    const folder here;
    const std::string text = list;
    here.write("tokens.toml", text.substr(text.rfind("[[token]]")).insert(0, "schema = 1\n"));
    host backend(here.options());
    CHECK_FALSE(backend.authenticate(ann).granted);
    here.write("tokens.toml", text);
    CHECK(backend.authenticate(ann).granted);
}

// CONTRACT.md, A7.
TEST_CASE("the backend is quick, needs a token, and is not open") {
    const folder here;
    host backend(here.options());
    CHECK(backend.auth_table().traits == TOOLRACK_AUTH_QUICK);
}

TEST_CASE("a start with an invalid list or revocation list is refused") {
    const folder here;
    here.write("tokens.toml", "schema = 1\n[[token]]\nid = 7\n");
    CHECK(refused_with(here).find("tokens.toml:3:") != std::string::npos);
    here.write("tokens.toml", list);
    here.write("revoked.list", "nonsense\n");
    CHECK(refused_with(here).find("revoked.list:1: the line is not a revocation") != std::string::npos);
}
