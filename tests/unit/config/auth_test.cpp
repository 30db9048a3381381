// [auth]: the backends and their options.
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack {

TEST_CASE("a backend occurs once, and its token cannot be in the configuration") {
    CHECK(config_fixture().refusal("[auth]\nbackend = ['a', 'a']") ==
          R"(t.toml:2:17: auth.backend[1] is listed twice; expected each backend once, found "a")");
    CHECK(refusal_of_lines("variable = 'sk-canary'") ==
          "t.toml:3:12: auth.variable is not the name of a variable; expected a name such as "
          "MCP_AUTH_TOKEN "
          "(do not put the token itself here), found something else");
}

TEST_CASE("a value from the environment is not shown in an error") {
    config_fixture fixture;
    fixture.set("RACK_VALUE", "canary");
    for (const auto* lines : {"[server]\nlisten = '${RACK_VALUE}'",
                              "[server]\nlisten = '${RACK_VALUE}:1'",
                              "[server]\npath = '${RACK_VALUE}'",
                              "[server]\npublic_url = '${RACK_VALUE}'",
                              "[server]\nallowed_hosts = ['@${RACK_VALUE}']",
                              "[server]\nallowed_origins = ['${RACK_VALUE}']",
                              "[server]\nallow_cleartext = ['${RACK_VALUE}']",
                              "[server]\ndrain = '${RACK_VALUE}'",
                              "[limits]\nhead = '${RACK_VALUE}'",
                              "[[plugin]]\nlibrary = '${RACK_VALUE}.so'",
                              "[[plugin]]\nlibrary = 'x'\nname = '/${RACK_VALUE}'",
                              "[[plugin]]\nlibrary = 'x'\nprefix = '/${RACK_VALUE}'",
                              "[[plugin]]\nlibrary = 'x'\nisolation = '${RACK_VALUE}'"}) {
        const auto sentence = fixture.refusal(std::string(minimal) + lines);
        INFO(sentence);
        CHECK(sentence.ends_with("found a value from the environment (not shown)"));
        CHECK(sentence.find("canary") == std::string::npos);
    }
    CHECK(fixture.read(std::string(minimal) + "[server]\npath = '/${RACK_VALUE}'").server.path == "/canary");
}

TEST_CASE("the name of a backend from the environment is not shown in an error") {
    config_fixture fixture;
    fixture.set("RACK_VALUE", "canary");
    const std::string file = "[auth]\nbackend = ['${RACK_VALUE}', 'b']\n";
    CHECK(fixture.read(file + "[auth.options.canary]\nk = 1").auth.backends.front().options.json == R"({"k":1})");
    for (const auto* lines : {"[auth.options.canari]\nk = 1", "[auth.sha256]\ncanari = 'x'"}) {
        const auto sentence = fixture.refusal(file + lines);
        CHECK(sentence.find("; expected one of the backends, by name, found \"canari\"") != std::string::npos);
        CHECK(sentence.find("canary") == std::string::npos);
    }
}

TEST_CASE("the name of a backend is escaped in errors about its options") {
    const auto sentence = config_fixture().refusal("[auth]\nbackend = ['/a\tb', \"/c\\nd\"]\n[auth.options.x]\nk = 1");
    CHECK(sentence.find("; expected one of a\\x09b, c\\x0ad, found \"x\"") != std::string::npos);
}

TEST_CASE("options of several backends are grouped by name") {
    const config_fixture fixture;
    const auto said = [&](std::string_view lines) {
        return fixture.refusal("[auth]\nbackend = ['a', '/x/b.so']\n" + std::string(lines));
    };
    CHECK(said("options.path = 'p'").find("unknown key in [auth.options]; expected one of a, b") != std::string::npos);
    CHECK(said("options.a = 'p'").find("auth.options.a has the wrong type; expected a table") != std::string::npos);
    CHECK(said("shared_subjects = ['a', 'c']").find("auth.shared_subjects[1] is not one of the backends") !=
          std::string::npos);
    const auto settings = fixture.read("[auth]\nbackend = ['a', '/x/b.so']\noptions.b.k = 1");
    CHECK(settings.auth.backends[0].options.json == "{}");
    CHECK(settings.auth.backends[1].options.json == R"({"k":1})");
}

}  // namespace toolrack
