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

#include "catch.hpp"
#include "jwt/keys_file.hpp"
#include "base/rfc3339.hpp"
#include "mint.hpp"
#include "temporary_folder.hpp"

using toolrack::json::object;
using toolrack::testing::host;
using toolrack::testing::setup_refused;
using toolrack::test::temporary_folder;
namespace jwt = toolrack::jwt;
namespace test = toolrack::test;
namespace fs = std::filesystem;

namespace {

std::int64_t now() { return std::time(nullptr); }

// A folder with keys, and tokens made with them.
class desk {
public:
    desk() {
        jwt::change_keys(keys, jwt::when_absent::make,
                         [](jwt::key_ring& ring) { ring.keys().push_back(test::key_named("k1")); });
    }

    std::string options() const { return object({{"keys", keys.string()}}).str(); }

    std::string token(std::string id = "t1", std::string kid = "k1") const {
        auto said = claims();
        said.id = std::move(id);
        return signed_token(said, kid);
    }
    std::string signed_token(const jwt::claims& said, const std::string& kid = "k1") const {
        return jwt::sign(said, *jwt::load_keys(keys).find(kid));
    }
    static jwt::claims claims() {
        auto said = test::claims_of();
        said.issued_at = now();
        said.expires = now() + 3600;
        return said;
    }

    void change(const std::function<void(jwt::key_ring&)>& what) const {
        jwt::change_keys(keys, jwt::when_absent::fail, what);
    }
    void add_to_list(const std::string& line) const { std::ofstream(list, std::ios::app) << line << '\n'; }
    void revoke(const std::string& what) const { add_to_list(toolrack::to_rfc3339(now()) + ' ' + what); }

    temporary_folder folder;
    const fs::path keys = folder.path() / "keys.toml", list = folder.path() / "revoked.list";
};

// The backend looks at its files when the kernel says so, and every second; a test only waits for the outcome.
bool will_be(const std::function<bool()>& claim) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!claim()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

bool says(const host& here, const std::string& words) {
    const auto lines = here.log();
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(words) != std::string::npos; });
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

TEST_CASE("a token is let in as it says, until it expires") {
    const desk at;
    host here(at.options());
    auto said = at.claims();
    const auto yes = here.authenticate(at.signed_token(said));
    CHECK(yes.granted);
    CHECK(yes.subject == "alice");
    CHECK(yes.scopes == std::vector<std::string>{"orders:read", "tools"});
    CHECK(yes.credential == said.id);
    CHECK(yes.issuer.empty());
    CHECK(yes.expires == said.expires);
    CHECK(yes.keep == 0);
}

TEST_CASE("checking never blocks, needs a token, and is not open") {
    const desk at;
    host here(at.options());
    CHECK(here.auth_table().traits == TOOLRACK_AUTH_QUICK);
    CHECK(here.authenticate("").refusal == TOOLRACK_NO_TOKEN);
}

// CONTRACT.md, A4.
TEST_CASE("what is no signed token is passed on, and what looks like one and is none of ours is not") {
    const desk at;
    host here(at.options());
    for (const char* token : {"3f9c2d7a41b8e06595d2c7f1ab83e4605c1d9e72f84a6b30",
                              "trk_9fK2mQx7Lr0B_x_y", "a.b", "a.b.c.d.e", "."}) {
        const auto no = here.authenticate(token);
        CHECK_FALSE(no.granted);
        CHECK(no.refusal == TOOLRACK_PASS);
    }
    const desk elsewhere;
    for (const std::string& token : {std::string("a.b.c"), std::string(".."), elsewhere.token(), at.token() + "A",
                                     std::string(5'000'000, 'a') + ".b.c"}) {
        const auto no = here.authenticate(token);
        CHECK_FALSE(no.granted);
        CHECK(no.refusal == TOOLRACK_BAD_TOKEN);
        CHECK_FALSE(no.why.empty());
    }
}

TEST_CASE("the audience is the server's own URL, unless the options say another") {
    const desk at;
    auto said = at.claims();
    said.audience = {"https://elsewhere.example.com/mcp"};
    const auto token = at.signed_token(said);
    host here(at.options());
    CHECK(here.authenticate(token).refusal == TOOLRACK_WRONG_AUDIENCE);
    host elsewhere(object({{"keys", at.keys.string()}, {"audience", said.audience.front()}}).str());
    CHECK(elsewhere.authenticate(token).granted);
    CHECK(elsewhere.authenticate(at.token()).refusal == TOOLRACK_WRONG_AUDIENCE);
}

// CONTRACT.md, A5.
TEST_CASE("the host's clock is the one that counts") {
    const desk at;
    host here(at.options());
    const auto token = at.token();
    auto shown = host::facts_with(token);
    for (const auto& [away, is_good] : {std::pair{0, true}, {3599, true}, {3700, false},
                                        {-50, true}, {-100, false}, {0, true}}) {
        shown.now = now() + away;
        CHECK(here.authenticate(shown).granted == is_good);
    }
}

TEST_CASE("issuer and max_ttl are what the options say") {
    const desk at;
    auto said = at.claims();
    said.issuer = "ci";
    said.expires = now() + 48 * 3600;
    const auto token = at.signed_token(said);
    CHECK_FALSE(host(at.options()).authenticate(token).granted);
    host here(object({{"keys", at.keys.string()}, {"issuer", "ci"}, {"max_ttl", "2d"}}).str());
    CHECK(here.authenticate(token).granted);
    CHECK_FALSE(here.authenticate(at.token()).granted);
    for (const char* bad : {"91d", "0s", "500ms", "forever", "1"})
        CHECK(refused_with(object({{"keys", at.keys.string()}, {"max_ttl", bad}}).str())
                  .starts_with("max_ttl is not a life"));
}

TEST_CASE("a revoked token is refused soon, and taken back from who was let in with it") {
    const desk at;
    host here(at.options());
    const auto first = at.token("first"), second = at.token("second");
    CHECK(here.authenticate(first).granted);
    at.revoke("jti first");
    CHECK(will_be([&] { return !here.authenticate(first).granted; }));
    CHECK(here.authenticate(first).why == "the signed token first was refused: it is revoked");
    CHECK(here.authenticate(second).granted);
    CHECK(will_be([&] { return has_forgotten(here, "first"); }));
    CHECK_FALSE(has_forgotten(here, "second"));
    CHECK_FALSE(has_forgotten(here, ""));

    at.revoke("kid k1");
    CHECK(will_be([&] { return !here.authenticate(second).granted; }));
    CHECK(will_be([&] { return has_forgotten(here, ""); }));
}

TEST_CASE("a principal's tokens from before a time are refused, and later ones are not") {
    const desk at;
    host here(at.options());
    auto old = at.claims(), young = at.claims();
    old.issued_at -= 10;
    const auto before = at.signed_token(old), after = at.signed_token(young);
    at.add_to_list(toolrack::to_rfc3339(young.issued_at) + " principal-before alice");
    CHECK(will_be([&] { return !here.authenticate(before).granted; }));
    CHECK(here.authenticate(after).granted);
    CHECK(will_be([&] { return has_forgotten(here, ""); }));
}

TEST_CASE("a broken line is complained about once and delays no other") {
    const desk at;
    at.revoke("jti first");
    host here(at.options());
    const auto first = at.token("first"), second = at.token("second");
    CHECK_FALSE(here.authenticate(first).granted);
    at.add_to_list("nonsense");
    CHECK(will_be([&] { return says(here, "revoked.list:2: the line is not a revocation"); }));
    at.revoke("jti second");
    CHECK(will_be([&] { return !here.authenticate(second).granted; }));
    CHECK_FALSE(here.authenticate(first).granted);
    const auto lines = here.log();
    CHECK(std::count_if(lines.begin(), lines.end(),
                        [](const std::string& line) { return line.find("is not a revocation") != line.npos; }) == 1);
}

TEST_CASE("a list that vanishes, or is emptied, takes nothing back") {
    const desk at;
    at.revoke("jti first");
    host here(at.options());
    const auto first = at.token("first");
    fs::remove(at.list);
    CHECK(will_be([&] { return says(here, "revoked.list is gone"); }));
    CHECK(will_be([&] { return here.degraded_reason().find("revoked.list is gone") != std::string::npos; }));
    CHECK_FALSE(here.authenticate(first).granted);
    at.revoke("jti second");
    CHECK(will_be([&] { return says(here, "revoked.list is good again"); }));
    CHECK(will_be([&] { return here.degraded_reason().empty(); }));
    CHECK_FALSE(here.authenticate(first).granted);
    const auto second = at.token("second");
    CHECK(will_be([&] { return !here.authenticate(second).granted; }));
    std::ofstream(at.list, std::ios::trunc).close();
    at.revoke("jti third");  // which says when the list without the others was read
    const auto third = at.token("third");
    CHECK(will_be([&] { return !here.authenticate(third).granted; }));
    CHECK_FALSE(here.authenticate(first).granted);
    CHECK_FALSE(here.authenticate(second).granted);
}

TEST_CASE("while keys rotate, tokens of both are let in; a retired key's are not") {
    const desk at;
    host here(at.options());
    const auto old = at.token("old");
    at.change([](jwt::key_ring& ring) {
        ring.keys().front().state = jwt::key_state::verify;
        ring.keys().push_back(test::key_named("k2"));
    });
    const auto fresh = at.token("new", "k2");
    CHECK(here.authenticate(fresh).granted);  // at once, although it came with a key that nobody has told of
    CHECK(here.authenticate(old).granted);
    CHECK_FALSE(has_forgotten(here, ""));

    at.change([](jwt::key_ring& ring) { ring.find("k1")->state = jwt::key_state::retired; });
    CHECK(will_be([&] { return !here.authenticate(old).granted; }));
    CHECK(here.authenticate(old).why == "a signed token was refused: it is signed with a retired key");
    CHECK(here.authenticate(fresh).granted);
    CHECK(will_be([&] { return has_forgotten(here, ""); }));
}

TEST_CASE("a key that ends by itself takes its grants with it, and none outlives it") {
    const desk at;
    at.change([](jwt::key_ring& ring) { ring.find("k1")->not_after = now() + 3; });
    host here(at.options());
    const auto yes = here.authenticate(at.token());
    CHECK(yes.granted);
    CHECK(yes.expires <= now() + 3);
    CHECK(will_be([&] { return has_forgotten(here, ""); }));
    CHECK_FALSE(here.authenticate(at.token()).granted);
}

TEST_CASE("a keys file that breaks or vanishes changes nothing, and the log says so once") {
    const desk at;
    host here(at.options());
    const auto token = at.token();
    const auto good = test::bytes_of(at.keys);
    at.folder.write("keys.toml", "schema = 7");
    CHECK(will_be([&] { return says(here, "has a schema that this version does not know"); }));
    CHECK(here.authenticate(token).granted);
    ::chmod(at.keys.c_str(), 0644);
    CHECK(will_be([&] { return says(here, "others may use it"); }));
    fs::remove(at.keys);
    CHECK(will_be([&] { return says(here, "There is no keys file"); }));
    CHECK(here.authenticate(token).granted);
    at.folder.write("keys.toml", good);
    ::chmod(at.keys.c_str(), 0600);
    CHECK(will_be([&] { return says(here, "keys.toml is good again"); }));
    CHECK(here.authenticate(token).granted);
    for (const auto& line : here.log()) CHECK(line.find("trkk_") == std::string::npos);
}

TEST_CASE("a start with files that are not good is refused with what to do") {
    const desk at;
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
    CHECK(refused_with(at.options()).find("others may use it") != std::string::npos);
    CHECK_THROWS_AS(host("{}"), setup_refused);
}

TEST_CASE("many ask while keys and list change") {
    const desk at;
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
