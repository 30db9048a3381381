#include "base/error.hpp"
#include "captured_log.hpp"
#include "catch.hpp"
#include "http/tls/tls.hpp"
#include "requests.hpp"
#include "server.hpp"
#include "tls_client.hpp"

using namespace toolrack;
using test::identity;
using test::tls_client;

namespace {

std::string refusal_of(const config::tls& settings) {
    try {
        (void)http::read_tls_settings(settings);
    } catch (const failure& why) {
        return why.what();
    }
    return "nothing";
}

// What a client is shown that comes now.
std::string shown_by(const test::server& running) {
    return tls_client(running.address()).server_certificate();
}

}  // namespace

TEST_CASE("files of a certificate that cannot be used are refused by name") {
    const identity mine("mine");
    const identity other("other");
    auto settings = mine.settings();
    CHECK(refusal_of(settings) == "nothing");

    settings.key = other.key;
    CHECK(refusal_of(settings) ==
          "tls.key: " + other.key.string() + " does not belong to the first certificate in " +
              mine.certificate.string() +
              ". Name the key that this certificate was made with; the server's own certificate "
              "comes first in its file.");
    std::filesystem::permissions(other.key, std::filesystem::perms(0644));
    CHECK(refusal_of(settings) ==
          "tls.key: " + other.key.string() +
              " is open to others (mode 0644). Set its mode to 0600, or to 0640 for a group that "
              "may read it; if others could have read it, replace the key.");
    settings.key = mine.certificate;
    std::filesystem::permissions(mine.certificate, std::filesystem::perms(0600));
    CHECK(refusal_of(settings).find("holds no private key in PEM form") != std::string::npos);
    settings.key = mine.key.string() + ".missing";
    CHECK(refusal_of(settings) ==
          "tls.key: " + settings.key +
              " cannot be read (No such file or directory). It must be a PEM file that the user "
              "who runs Toolrack may read.");
}

TEST_CASE("at the start a complaint says where the file was named") {
    const identity mine("mine");
    test::captured_log log;
    auto settings = mine.settings();
    settings.where = {"t.toml", 4, 1};
    settings.certificate = "/dev/null";
    try {
        const http::tls tls(settings, log);
        FAIL("it was taken");
    } catch (const failure& why) {
        CHECK(why.code() == exit_code::configuration);
        CHECK(std::string(why.what()).starts_with("t.toml:4:1: tls.certificate: /dev/null cannot"));
    }
}

TEST_CASE("a certificate is taken up once its files have rested, and old connections stay") {
    test::captured_log log;
    identity mine("mine");
    http::tls tls(mine.settings(), log);
    const test::server running(test::echo, {}, test::free_port(), 1, &tls);
    const auto before = mine.der();
    tls_client old(running.address());
    CHECK(old.server_certificate() == before);

    mine.renew("renewed");
    tls.look();
    CHECK(shown_by(running) == before);
    tls.look();
    CHECK(shown_by(running) == mine.der());
    CHECK(log.says("info: The TLS certificate was read again; it is valid until "));
    CHECK(old.ask(test::post_json("1")).status == 200);
}

TEST_CASE("what cannot be used is said once, and what was there goes on") {
    test::captured_log log;
    identity mine("mine");
    http::tls tls(mine.settings(), log);
    const test::server running(test::echo, {}, test::free_port(), 1, &tls);
    const auto before = mine.der();

    std::filesystem::permissions(mine.key, std::filesystem::perms(0604));
    for (int i = 0; i < 4; ++i) tls.look();
    CHECK(shown_by(running) == before);
    const auto said = log.text();
    const std::string_view words = "error: The TLS certificate was not replaced, and the one "
                                   "before goes on serving: tls.key: ";
    const auto first = said.find(words);
    REQUIRE(first != std::string::npos);
    CHECK(said.find(words, first + 1) == std::string::npos);

    mine.renew("renewed");
    for (int i = 0; i < 2; ++i) tls.look();
    CHECK(shown_by(running) == mine.der());
}
