#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <toolrack/testing.hpp>

#include "base/rfc3339.hpp"
#include "catch.hpp"
#include "jwt/keys_file.hpp"
#include "mint.hpp"
#include "temporary_folder.hpp"

using toolrack::json::object;
using toolrack::test::temporary_folder;
using toolrack::testing::host;
using toolrack::testing::setup_refused;
namespace jwt = toolrack::jwt;
namespace test = toolrack::test;
namespace fs = std::filesystem;

namespace {

std::int64_t now() { return std::time(nullptr); }

// A folder with a keys file, and tokens signed with its keys.
class key_folder {
public:
    key_folder() {
        jwt::change_keys(
            keys, jwt::when_absent::create, [](jwt::key_ring& ring) { ring.keys().push_back(test::key_named("k1")); });
    }

    std::string options() const { return object({{"keys", keys.string()}}).str(); }

    std::string token(std::string id = "t1", std::string kid = "k1") const {
        auto made = claims();
        made.id = std::move(id);
        return signed_token(made, kid);
    }
    std::string signed_token(const jwt::claims& claims, const std::string& kid = "k1") const {
        return jwt::sign(claims, *jwt::load_keys(keys).find(kid));
    }
    static jwt::claims claims() {
        auto claims = test::claims_of();
        claims.issued_at = now();
        claims.expires = now() + 3600;
        return claims;
    }

    void change(const std::function<void(jwt::key_ring&)>& what) const {
        jwt::change_keys(keys, jwt::when_absent::fail, what);
    }
    void add_to_list(const std::string& line) const { std::ofstream(list, std::ios::app) << line << '\n'; }
    void revoke(const std::string& what) const { add_to_list(toolrack::to_rfc3339(now()) + ' ' + what); }

    temporary_folder folder;
    const fs::path keys = folder.path() / "keys.toml", list = folder.path() / "revoked.list";
};

// The backend reads a file on its own thread after a change.
bool wait_until(const std::function<bool()>& claim) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!claim()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

bool has_logged(const host& here, const std::string& words) {
    const auto lines = here.log();
    return std::any_of(
        lines.begin(), lines.end(), [&](const std::string& line) { return line.find(words) != std::string::npos; });
}

bool has_forgotten(const host& here, const std::string& id) {
    const auto all = here.forgotten();
    return std::find(all.begin(), all.end(), id) != all.end();
}

std::string refused_with(const std::string& options) {
    try {
        host here(options);
    } catch (const setup_refused& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a token is granted with its own claims, until it expires") {
    const key_folder at;
    host here(at.options());
    auto claims = at.claims();
    const auto yes = here.authenticate(at.signed_token(claims));
    CHECK(yes.granted);
    CHECK(yes.subject == "alice");
    CHECK(yes.scopes == std::vector<std::string>{"orders:read", "tools"});
    CHECK(yes.credential == claims.id);
    CHECK(yes.issuer.empty());
    CHECK(yes.expires == claims.expires);
    CHECK(yes.keep == 0);
}

TEST_CASE("the backend is quick, needs a token, and is not open") {
    const key_folder at;
    host here(at.options());
    CHECK(here.auth_table().traits == TOOLRACK_AUTH_QUICK);
    CHECK(here.authenticate("").refusal == TOOLRACK_NO_TOKEN);
}

// CONTRACT.md, A4.
TEST_CASE("a token that is not signed is passed on, and a signed one is decided here") {
    const key_folder at;
    host here(at.options());
    for (const char* token :
         {"3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30", "trk_9fK2mQx7Lr0B_x_y", "a.b", "a.b.c.d.e", "."}) {
        const auto no = here.authenticate(token);
        CHECK_FALSE(no.granted);
        CHECK(no.refusal == TOOLRACK_PASS);
    }
    const key_folder elsewhere;
    for (const std::string& token : {std::string("a.b.c"),
                                     std::string(".."),
                                     elsewhere.token(),
                                     at.token() + "A",
                                     std::string(5'000'000, 'a') + ".b.c"}) {
        const auto no = here.authenticate(token);
        CHECK_FALSE(no.granted);
        CHECK(no.refusal == TOOLRACK_BAD_TOKEN);
        CHECK_FALSE(no.why.empty());
    }
}

TEST_CASE("the audience is the URL of the server, unless the options name another") {
    const key_folder at;
    auto claims = at.claims();
    claims.audience = {"https://elsewhere.example.com/mcp"};
    const auto token = at.signed_token(claims);
    host here(at.options());
    CHECK(here.authenticate(token).refusal == TOOLRACK_WRONG_AUDIENCE);
    host elsewhere(object({{"keys", at.keys.string()}, {"audience", claims.audience.front()}}).str());
    CHECK(elsewhere.authenticate(token).granted);
    CHECK(elsewhere.authenticate(at.token()).refusal == TOOLRACK_WRONG_AUDIENCE);
}

// CONTRACT.md, A5.
TEST_CASE("the time is that of the host") {
    const key_folder at;
    host here(at.options());
    const auto token = at.token();
    auto shown = host::facts_with(token);
    for (const auto& [away, is_good] :
         {std::pair{0, true}, {3599, true}, {3700, false}, {-50, true}, {-100, false}, {0, true}}) {
        shown.now = now() + away;
        CHECK(here.authenticate(shown).granted == is_good);
    }
}

TEST_CASE("issuer and max_ttl can be configured") {
    const key_folder at;
    auto claims = at.claims();
    claims.issuer = "ci";
    claims.expires = now() + 48 * 3600;
    const auto token = at.signed_token(claims);
    CHECK_FALSE(host(at.options()).authenticate(token).granted);
    host here(object({{"keys", at.keys.string()}, {"issuer", "ci"}, {"max_ttl", "2d"}}).str());
    CHECK(here.authenticate(token).granted);
    CHECK_FALSE(here.authenticate(at.token()).granted);
    for (const char* bad : {"91d", "0s", "500ms", "forever", "1"})
        CHECK(refused_with(object({{"keys", at.keys.string()}, {"max_ttl", bad}}).str())
                  .starts_with("max_ttl is not a lifetime"));
}

TEST_CASE("a revoked token is refused, and its grant is forgotten") {
    const key_folder at;
    host here(at.options());
    const auto first = at.token("first"), second = at.token("second");
    CHECK(here.authenticate(first).granted);
    at.revoke("jti first");
    CHECK(wait_until([&] { return !here.authenticate(first).granted; }));
    CHECK(here.authenticate(first).why == "the signed token first was refused: it is revoked");
    CHECK(here.authenticate(second).granted);
    CHECK(wait_until([&] { return has_forgotten(here, "first"); }));
    CHECK_FALSE(has_forgotten(here, "second"));
    CHECK_FALSE(has_forgotten(here, ""));

    at.revoke("kid k1");
    CHECK(wait_until([&] { return !here.authenticate(second).granted; }));
    CHECK(wait_until([&] { return has_forgotten(here, ""); }));
}

TEST_CASE("the tokens of a principal from before a time are refused, and later ones are not") {
    const key_folder at;
    host here(at.options());
    auto old = at.claims(), young = at.claims();
    old.issued_at -= 10;
    const auto before = at.signed_token(old), after = at.signed_token(young);
    at.add_to_list(toolrack::to_rfc3339(young.issued_at) + " principal-before alice");
    CHECK(wait_until([&] { return !here.authenticate(before).granted; }));
    CHECK(here.authenticate(after).granted);
    CHECK(wait_until([&] { return has_forgotten(here, ""); }));
}

TEST_CASE("an invalid line is reported once and delays no other") {
    const key_folder at;
    at.revoke("jti first");
    host here(at.options());
    const auto first = at.token("first"), second = at.token("second");
    CHECK_FALSE(here.authenticate(first).granted);
    at.add_to_list("nonsense");
    CHECK(wait_until([&] { return has_logged(here, "revoked.list:2: the line is not a revocation"); }));
    at.revoke("jti second");
    CHECK(wait_until([&] { return !here.authenticate(second).granted; }));
    CHECK_FALSE(here.authenticate(first).granted);
    const auto lines = here.log();
    CHECK(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
              return line.find("is not a revocation") != line.npos;
          }) == 1);
}

TEST_CASE("a list that is removed or emptied leaves everything revoked") {
    const key_folder at;
    at.revoke("jti first");
    host here(at.options());
    const auto first = at.token("first");
    fs::remove(at.list);
    CHECK(wait_until([&] { return has_logged(here, "revoked.list cannot be used: No such file"); }));
    CHECK(wait_until(
        [&] { return here.degraded_reason().find("revoked.list cannot be used: No such file") != std::string::npos; }));
    CHECK_FALSE(here.authenticate(first).granted);
    at.revoke("jti second");
    CHECK(wait_until([&] { return has_logged(here, "revoked.list is valid again"); }));
    CHECK(wait_until([&] { return here.degraded_reason().empty(); }));
    CHECK_FALSE(here.authenticate(first).granted);
    const auto second = at.token("second");
    CHECK(wait_until([&] { return !here.authenticate(second).granted; }));
    std::ofstream(at.list, std::ios::trunc).close();
    at.revoke("jti third");  // shows when the shortened list was read
    const auto third = at.token("third");
    CHECK(wait_until([&] { return !here.authenticate(third).granted; }));
    CHECK_FALSE(here.authenticate(first).granted);
    CHECK_FALSE(here.authenticate(second).granted);
}

TEST_CASE("during a rotation the tokens of both keys are accepted; those of a retired key are not") {
    const key_folder at;
    host here(at.options());
    const auto old = at.token("old");
    at.change([](jwt::key_ring& ring) {
        ring.keys().front().state = jwt::key_state::verify;
        ring.keys().push_back(test::key_named("k2"));
    });
    const auto fresh = at.token("new", "k2");
    CHECK(here.authenticate(fresh).granted);  // at once, although the new key was not read before
    CHECK(here.authenticate(old).granted);
    CHECK_FALSE(has_forgotten(here, ""));

    at.change([](jwt::key_ring& ring) { ring.find("k1")->state = jwt::key_state::retired; });
    CHECK(wait_until([&] { return !here.authenticate(old).granted; }));
    CHECK(here.authenticate(old).why == "a signed token was refused: it is signed with a retired key");
    CHECK(here.authenticate(fresh).granted);
    CHECK(wait_until([&] { return has_forgotten(here, ""); }));
}

TEST_CASE("when a key expires its grants are forgotten, and none outlives it") {
    const key_folder at;
    at.change([](jwt::key_ring& ring) { ring.find("k1")->not_after = now() + 3; });
    host here(at.options());
    const auto yes = here.authenticate(at.token());
    CHECK(yes.granted);
    CHECK(yes.expires <= now() + 3);
    CHECK(wait_until([&] { return has_forgotten(here, ""); }));
    CHECK_FALSE(here.authenticate(at.token()).granted);
}

TEST_CASE("a keys file that becomes invalid or is removed changes nothing, and the log says so once") {
    const key_folder at;
    host here(at.options());
    const auto token = at.token();
    const auto good = test::bytes_of(at.keys);
    at.folder.write("keys.toml", "schema = 7");
    CHECK(wait_until([&] { return has_logged(here, "the schema of the keys file is not supported"); }));
    CHECK(here.authenticate(token).granted);
    ::chmod(at.keys.c_str(), 0644);
    CHECK(wait_until([&] { return has_logged(here, "other users may use it"); }));
    fs::remove(at.keys);
    CHECK(wait_until([&] { return has_logged(here, "keys.toml cannot be used: No such file"); }));
    CHECK(here.authenticate(token).granted);
    at.folder.write("keys.toml", good);
    ::chmod(at.keys.c_str(), 0600);
    CHECK(wait_until([&] { return has_logged(here, "keys.toml is valid again"); }));
    CHECK(here.authenticate(token).granted);
    for (const auto& line : here.log()) CHECK(line.find("trkk_") == std::string::npos);
}

TEST_CASE("a start with files that cannot be used is refused with what to do") {
    const key_folder at;
    CHECK(refused_with(object({{"keys", (at.folder.path() / "none").string()}}).str()).find("toolrack key new") !=
          std::string::npos);
    CHECK(refused_with(object({{"keys", at.keys.string()}, {"revoked", (at.folder.path() / "none").string()}}).str())
              .find("though the configuration names it") != std::string::npos);
    at.add_to_list("nonsense");
    CHECK(refused_with(at.options()).find("revoked.list:1: the line is not a revocation") != std::string::npos);
    fs::remove(at.list);
    CHECK(refused_with(at.options()).empty());
    at.change([](jwt::key_ring& ring) { ring.find("k1")->state = jwt::key_state::retired; });
    CHECK(refused_with(at.options()).find("has no key that is accepted") != std::string::npos);
    ::chmod(at.keys.c_str(), 0666);
    CHECK(refused_with(at.options()).find("other users may use it") != std::string::npos);
    CHECK_THROWS_AS(host("{}"), setup_refused);
}

TEST_CASE("concurrent checks are right while keys and list change") {
    const key_folder at;
    host here(at.options());
    const auto token = at.token();
    std::atomic<bool> is_over = false;
    std::atomic<int> refused = 0;
    std::vector<std::thread> callers;
    for (int n = 0; n != 3; ++n)
        callers.emplace_back([&] {
            while (!is_over) refused += !here.authenticate(token).granted;
        });
    for (int n = 0; n != 20; ++n) {
        at.change([](jwt::key_ring& ring) {
            auto fresh = jwt::make_key(now());
            if (ring.keys().size() > 4) ring.keys().pop_back();
            ring.keys().push_back(std::move(fresh));
        });
        at.revoke("jti another-" + std::to_string(n));
    }
    is_over = true;
    for (auto& one : callers) one.join();
    CHECK(refused == 0);
}
