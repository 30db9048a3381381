// What is said of a sandbox, of pins, and of names that nobody may have.
#include <string>
#include <toml++/toml.h>

#include "base/error.hpp"
#include "catch.hpp"
#include "config/tables.hpp"
#include "config_fixture.hpp"

namespace toolrack {
namespace {

using strings = std::vector<std::string>;

constexpr std::string_view head = "[auth]\nbackend = 'env-token'\n[[plugin]]\nlibrary = 'x'\n";

// What is said of a plugin with these lines, the first of which is line 5.
std::string refusal_of_sandbox(std::string_view lines) {
    return config_fixture().refusal(std::string(head) + std::string(lines));
}

config::sandbox granted(std::string_view line) {
    const toml::table table = toml::parse(line);
    return config::read_sandbox(config::reader(table, {}, {"sandbox"})).value_or(config::sandbox{});
}

const std::string digest(64, 'a');

}  // namespace

TEST_CASE("the default sandbox grants nothing but some memory") {
    for (const auto* line : {"", "sandbox = {}"}) {
        const auto silence = granted(line);
        CHECK_FALSE(silence.network);
        CHECK(silence.read.empty());
        CHECK(silence.write.empty());
        CHECK(silence.processes == 0);
        CHECK(silence.memory == 512u * 1024 * 1024);
        CHECK_FALSE(silence.required);
        CHECK(to_toml(silence) == "sandbox = {}");
    }
}

TEST_CASE("grants are read, and written back in the same form") {
    const std::string line = R"(sandbox = { network = true, read = ["/a", "/b \"c\""], write = ["/d"], )"
                             R"(processes = 4, memory = "1024MiB", required = true })";
    const auto all = granted(line);
    CHECK(all.network);
    CHECK(all.read == strings{"/a", "/b \"c\""});
    CHECK(all.write == strings{"/d"});
    CHECK(all.processes == 4);
    CHECK(all.memory == 1024u * 1024 * 1024);
    CHECK(all.required);
    CHECK(to_toml(all) == line);
    CHECK(to_toml(granted("sandbox.memory = 20000001")) == "sandbox = { memory = 20000001 }");
}

TEST_CASE("a granted path is normalised") {
    CHECK(granted(R"(sandbox.read = ["/a/", "/a/./b/../c", "/"])").read == strings{"/a", "/a/c", "/"});
}

TEST_CASE("an invalid sandbox is refused with its place") {
    const std::string a_path = R"(an absolute path of a file or a folder such as "/srv/orders")";
    CHECK(refusal_of_sandbox("sandbox = { network = 1 }") ==
          "t.toml:5:23: plugin.sandbox.network has the wrong type; expected true or false, found an integer");
    CHECK(refusal_of_sandbox("sandbox = { read = ['srv'] }") ==
          "t.toml:5:21: plugin.sandbox.read[0] is not an absolute path; expected " + a_path + ", found \"srv\"");
    CHECK(refusal_of_sandbox("sandbox = { write = ['/a', ''] }") ==
          "t.toml:5:28: plugin.sandbox.write[1] is not an absolute path; expected " + a_path + ", found \"\"");
    CHECK(refusal_of_sandbox("sandbox = { read = ['~/x'] }").find("is not an absolute path") != std::string::npos);
    CHECK(refusal_of_sandbox("sandbox = { read = [\"/a\\u0000b\"] }").find("is not an absolute path") !=
          std::string::npos);
    CHECK(refusal_of_sandbox("sandbox = { read = '/a' }") ==
          "t.toml:5:20: plugin.sandbox.read has the wrong type; expected an array of strings, found a string");
    CHECK(refusal_of_sandbox("sandbox = { processes = 1001 }") ==
          "t.toml:5:25: plugin.sandbox.processes is out of range; expected an integer from 0 to 1000, found 1001");
    CHECK(refusal_of_sandbox("sandbox = { processes = -1 }").find("is out of range") != std::string::npos);
    CHECK(refusal_of_sandbox("sandbox = { memory = '1MiB' }") == "t.toml:5:22: plugin.sandbox.memory is too small; "
                                                                 "expected at least \"16MiB\", found 1048576 bytes");
    CHECK(refusal_of_sandbox("sandbox = { memory = 'lots' }").find("is not a valid size") != std::string::npos);
    CHECK(refusal_of_sandbox("sandbox = { netwrok = true }").find(R"((did you mean "network"?))") != std::string::npos);
    CHECK(refusal_of_sandbox("sandbox = true").find("has the wrong type; expected a table") != std::string::npos);
}

TEST_CASE("a sandbox for a plugin in the host is refused") {
    CHECK(refusal_of_sandbox("isolation = 'host'\nsandbox = {}") ==
          "t.toml:6:11: plugin.sandbox needs a worker process; expected isolation = \"process\", "
          "or no sandbox, found isolation = \"host\"");
}

TEST_CASE("a library is pinned by its SHA-256") {
    const auto settings = config_fixture().read(std::string(head) + "sha256 = '" + std::string(64, 'A') + "'");
    REQUIRE(settings.plugins[0].sha256);
    CHECK(settings.plugins[0].sha256->sha256 == digest);
    CHECK(settings.plugins[0].sha256->where.line == 5);
    CHECK_FALSE(config_fixture().read(head).plugins[0].sha256);
    for (const auto& wrong : {std::string("abc"),
                              std::string(63, 'a'),
                              std::string(65, 'a'),
                              std::string(64, 'g'),
                              "sha256:" + std::string(57, 'a'),
                              std::string()})
        CHECK(refusal_of_sandbox("sha256 = '" + wrong + "'") ==
              "t.toml:5:10: plugin.sha256 is not a SHA-256 digest; expected 64 "
              "hexadecimal digits, as sha256sum prints them, "
              "found \"" +
                  wrong + '"');
}

TEST_CASE("an auth backend can be pinned, and one of several by its name") {
    const auto alone = config_fixture().read("[auth]\nbackend = 'a'\nsha256 = '" + digest + "'");
    REQUIRE(alone.auth.backends[0].sha256);
    CHECK(alone.auth.backends[0].sha256->sha256 == digest);
    const auto chain = config_fixture().read("[auth]\nbackend = ['a', 'b']\nsha256.b = '" + digest + "'");
    CHECK_FALSE(chain.auth.backends[0].sha256);
    REQUIRE(chain.auth.backends[1].sha256);
    CHECK(chain.auth.backends[1].sha256->where.line == 3);
    CHECK(config_fixture().refusal("[auth]\nbackend = ['a', 'b']\nsha256.c = '" + digest + "'").find("unknown key") !=
          std::string::npos);
    CHECK(config_fixture()
              .refusal("[auth]\nbackend = ['a', 'b']\nsha256 = '" + digest + "'")
              .find("has the wrong type") != std::string::npos);
}

TEST_CASE("reserved names and names that begin with a dot are refused") {
    const std::string reserved =
        R"( is reserved for the server itself; expected one that does not begin with "toolrack", found )";
    CHECK(refusal_of_sandbox("name = 'toolrack'") == "t.toml:5:8: plugin.name" + reserved + R"("toolrack")");
    CHECK(refusal_of_sandbox("name = 'ToolRack-x'") == "t.toml:5:8: plugin.name" + reserved + R"("ToolRack-x")");
    CHECK(refusal_of_sandbox("prefix = 'toolrack_'") == "t.toml:5:10: plugin.prefix" + reserved + R"("toolrack_")");
    CHECK(refusal_of_sandbox("name = 'toolrac'\nprefix = 'my_toolrack_'").empty());
    for (const std::string name : {".", "..", ".hidden"})
        CHECK(refusal_of_sandbox("name = '" + name + "'") ==
              "t.toml:5:8: plugin.name begins with a dot; expected a name without a leading dot, found \"" + name +
                  '"');
    CHECK(config_fixture()
              .refusal("[auth]\nbackend = 'a'\n[[plugin]]\nlibrary = './toolrack-x.so'")
              .find("the file name of the library is not a valid instance name") != std::string::npos);
}

}  // namespace toolrack
