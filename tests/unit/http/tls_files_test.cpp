#include "base/error.hpp"
#include "captured_log.hpp"
#include "catch.hpp"
#include "http/tls/tls_context.hpp"
#include "requests.hpp"
#include "server_fixture.hpp"
#include "tls_client.hpp"

using namespace toolrack;
using test::test_certificate;
using test::tls_client;

namespace {

std::string failure_of(const config::tls& settings) {
    try {
        (void)http::read_tls_settings(settings);
    } catch (const failure& why) {
        return why.what();
    }
    return "nothing";
}

// The certificate that a new client gets.
std::string served_certificate(const test::server_fixture& server) {
    return tls_client(server.address()).server_certificate();
}

}  // namespace

TEST_CASE("an unusable certificate or key file is reported by name") {
    const test_certificate client("mine");
    const test_certificate other("other");
    auto settings = client.settings();
    CHECK(failure_of(settings) == "nothing");

    settings.key = other.key;
    CHECK(failure_of(settings) ==
          "tls.key: " + other.key.string() + " does not belong to the first certificate in " +
              client.certificate.string() +
              ". Name the key of this certificate. The server's own certificate must come first "
              "in its file.");
    std::filesystem::permissions(other.key, std::filesystem::perms(0644));
    CHECK(failure_of(settings) ==
          "tls.key: " + other.key.string() +
              " is open to others (mode 0644). Set its mode to 0600, or to 0640 for a group that "
              "may read it; if others could have read it, replace the key.");
    settings.key = client.certificate;
    std::filesystem::permissions(client.certificate, std::filesystem::perms(0600));
    CHECK(failure_of(settings).find("contains no private key in PEM format") != std::string::npos);
    settings.key = client.key.string() + ".missing";
    CHECK(failure_of(settings) ==
          "tls.key: " + settings.key +
              " cannot be read (No such file or directory). It must be a PEM file that the user "
              "who runs Toolrack may read.");
}

TEST_CASE("at the start an error names the place in the configuration") {
    const test_certificate client("mine");
    test::captured_log log;
    auto settings = client.settings();
    settings.where = {"t.toml", 4, 1};
    settings.certificate = "/dev/null";
    try {
        const http::tls_context tls(settings, log);
        FAIL("the certificate was accepted");
    } catch (const failure& why) {
        CHECK(why.code() == exit_code::configuration);
        CHECK(std::string(why.what()).starts_with("t.toml:4:1: tls.certificate: /dev/null cannot"));
    }
}

TEST_CASE("a new certificate is used when its files are stable, and old connections stay open") {
    test::captured_log log;
    test_certificate client("mine");
    http::tls_context tls(client.settings(), log);
    const test::server_fixture server(test::echo, {}, test::free_port(), 1, &tls);
    const auto before = client.der();
    tls_client old(server.address());
    CHECK(old.server_certificate() == before);

    client.renew("renewed");
    tls.reload_if_changed();
    CHECK(served_certificate(server) == before);
    tls.reload_if_changed();
    CHECK(served_certificate(server) == client.der());
    CHECK(log.says("info: The TLS certificate was reloaded. It is valid until "));
    CHECK(old.request(test::post_json("1")).status == 200);
}

TEST_CASE("unusable files are logged once, and the previous certificate stays in use") {
    test::captured_log log;
    test_certificate client("mine");
    http::tls_context tls(client.settings(), log);
    const test::server_fixture server(test::echo, {}, test::free_port(), 1, &tls);
    const auto before = client.der();

    std::filesystem::permissions(client.key, std::filesystem::perms(0604));
    for (int i = 0; i < 4; ++i) tls.reload_if_changed();
    CHECK(served_certificate(server) == before);
    const auto text = log.text();
    const std::string_view sentence = "error: The TLS certificate was not reloaded, and the previous one "
                                      "stays in use: tls.key: ";
    const auto first = text.find(sentence);
    REQUIRE(first != std::string::npos);
    CHECK(text.find(sentence, first + 1) == std::string::npos);

    client.renew("renewed");
    for (int i = 0; i < 2; ++i) tls.reload_if_changed();
    CHECK(served_certificate(server) == client.der());
}
