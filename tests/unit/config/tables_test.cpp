// [metrics], [stdio], [audit] and the sealing keys of [server].
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack {
namespace {

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("metrics require configured scopes") {
    const config_fixture fixture;
    CHECK_FALSE(fixture.read(minimal).metrics);
    CHECK(fixture.read(std::string(minimal) + "[metrics]\nscopes = []").metrics->scopes.empty());
    CHECK(fixture.read(std::string(minimal) + "[metrics]\nscopes = ['a', 'b:c']").metrics->scopes ==
          strings{"a", "b:c"});
    for (const auto* line :
         {"", "scopes = 'a'", "scopes = [1]", "scopes = ['']", "scopes = ['a b']", "scopes = ['*']", "scope = ['a']"}) {
        INFO(line);
        CHECK_FALSE(fixture.refusal(std::string(minimal) + "[metrics]\n" + line).empty());
    }
}

TEST_CASE("sealing keys are read from their files, in order") {
    config_fixture fixture;
    const auto next = fixture.write_secret("next", "a key of thirty-two bytes or more\n");
    fixture.set("SEAL_KEY", "another key of thirty-two bytes, in a variable");
    const auto settings = fixture.read("[server]\nseal_keys = [{ file = '" + next.string() +
                                       "' }, { env = 'SEAL_KEY' }]\n" + std::string(minimal));
    REQUIRE(settings.server.seal_keys.size() == 2);
    CHECK(settings.server.seal_keys[0].reveal() == "a key of thirty-two bytes or more");
    CHECK(settings.server.seal_keys[1].reveal() == "another key of thirty-two bytes, in a variable");
}

TEST_CASE("a sealing key that is inline or short is refused, and never shown") {
    config_fixture fixture;
    fixture.set("SHORT", "canary-of-31-bytes-aaaaaaaaaaaa");
    const std::string here = "t.toml:4:";
    const auto keys = [](std::string_view list) {
        return refusal_of_lines("[server]\nseal_keys = " + std::string(list));
    };
    CHECK(keys("['canary']").starts_with(here));
    CHECK(keys("['canary']").find("seal_keys[0] is not a reference to a secret") != std::string::npos);
    CHECK(keys("['canary']").find("canary") == std::string::npos);
    CHECK(keys("[{ env = 'SHORT' }]").find("at least 32 bytes") != std::string::npos);
    CHECK(keys("[{ env = 'SHORT' }]").find("found 31 bytes") != std::string::npos);
    CHECK(keys("[{ env = 'SHORT' }]").find("canary") == std::string::npos);
    CHECK(keys("[]").find("server.seal_keys is empty") != std::string::npos);
    CHECK(keys("'canary'").find("wrong type") != std::string::npos);
}

TEST_CASE("the stdio caller has a name") {
    CHECK(refusal_of_lines("[stdio]\nsubject = ''").find("1 to 256 bytes") != std::string::npos);
    CHECK(refusal_of_lines("[stdio]\nsubject = '" + std::string(257, 'a') + "'").find("1 to 256 bytes") !=
          std::string::npos);
}

TEST_CASE("an audit has a file, and omits arguments by default") {
    using choice = enum config::audit::arguments;
    const auto audit = read_lines("[audit]\npath = '/var/log/a.jsonl'\n").audit;
    REQUIRE(audit);
    CHECK(audit->path == "/var/log/a.jsonl");
    CHECK(audit->arguments == choice::none);
    CHECK_FALSE(audit->is_required);

    const auto all = read_lines("[audit]\npath = '/a'\narguments = 'full'\nrequired = true\n").audit;
    REQUIRE(all);
    CHECK(all->arguments == choice::full);
    CHECK(all->is_required);
    CHECK(read_lines("[audit]\npath = '/a'\narguments = 'digest'\n").audit->arguments == choice::digest);
}

TEST_CASE("an audit without a file, or with a relative path, is refused") {
    CHECK(refusal_of_lines("[audit]\nrequired = true\n") ==
          "t.toml:3:1: audit.path is missing; expected the path of the file to write to, found none");
    for (const auto* path : {"audit.jsonl", "", "/var/log/", "~/audit"})
        CHECK(refusal_of_lines("[audit]\npath = '" + std::string(path) + "'\n")
                  .find("t.toml:4:8: audit.path is not the path of a file") == 0);
    CHECK(refusal_of_lines("[audit]\npath = '/a'\narguments = 'some'\n").find(R"("none", "digest" or "full")") !=
          std::string::npos);
    CHECK(refusal_of_lines("[audit]\npath = '/a'\nrequired = 'yes'\n").find("t.toml:5:") == 0);
    CHECK(refusal_of_lines("[audit]\nfile = '/a'\n").find("unknown key") != std::string::npos);
}

}  // namespace toolrack
