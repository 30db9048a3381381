#include <boost/json/parse.hpp>

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack {
namespace {

constexpr std::string_view auth_section = "[auth]\nbackend = 'x'\n";

config::options options_of(const config_fixture& fixture, std::string_view table) {
    return fixture.read(std::string(auth_section) + "[auth.options]\n" + std::string(table))
        .auth.backends.front()
        .options;
}
std::string json_of(const config_fixture& fixture, std::string_view table) { return options_of(fixture, table).json; }
std::string refusal_of_options(const config_fixture& fixture, std::string_view table) {
    return fixture.refusal_of([&] { options_of(fixture, table); });
}

}  // namespace

TEST_CASE("options are passed to a library as JSON") {
    const config_fixture fixture;
    struct row {
        std::string_view toml;
        std::string_view json;
    };
    for (const auto& [toml, json] : {
             row{"", R"({})"},
             row{"a = 'x'", R"({"a":"x"})"},
             row{R"(a = "q\" b\\ n\n t\t u\u0001 é")", R"({"a":"q\" b\\ n\n t\t u\u0001 é"})"},
             row{R"("k\"e" = 1)", R"({"k\"e":1})"},
             row{"a = 9223372036854775807", R"({"a":9223372036854775807})"},
             row{"a = -9223372036854775808", R"({"a":-9223372036854775808})"},
             row{"a = 0xff", R"({"a":255})"},
             row{"a = 1.0", R"({"a":1.0})"},
             row{"a = -0.0", R"({"a":-0.0})"},
             row{"a = 0.1", R"({"a":0.1})"},
             row{"a = 100000.0", R"({"a":100000.0})"},
             row{"a = 1e300", R"({"a":1e+300})"},
             row{"a = 5e-324", R"({"a":5e-324})"},
             row{"a = 0.00001", R"({"a":0.00001})"},
             row{"a = -8999999999999999.0", R"({"a":-8999999999999999.0})"},
             row{"a = true\nb = false", R"({"a":true,"b":false})"},
             row{"a = [1, 'x', [], {}, { b = [true] }]", R"({"a":[1,"x",[],{},{"b":[true]}]})"},
             row{"a = 1979-05-27T07:32:00Z", R"({"a":"1979-05-27T07:32:00Z"})"},
             row{"a = 1979-05-27T07:32:00.25-07:30", R"({"a":"1979-05-27T07:32:00.25-07:30"})"},
             row{"a = 1979-05-27 07:32:00", R"({"a":"1979-05-27T07:32:00"})"},
             row{"a = 1979-05-27", R"({"a":"1979-05-27"})"},
             row{"a = 07:32:00.000001", R"({"a":"07:32:00.000001"})"},
         }) {
        INFO(toml);
        CHECK(json_of(fixture, toml) == json);
        CHECK_NOTHROW(boost::json::parse({json.data(), json.size()}));
    }
}

TEST_CASE("variables are expanded in the values of options, not in their names") {
    config_fixture fixture;
    fixture.set("RACK_HOME", "/srv \"x\"");
    CHECK(json_of(fixture, "'${RACK_HOME}' = ['${RACK_HOME}/a']") == R"({"${RACK_HOME}":["/srv \"x\"/a"]})");
    fixture.unset("RACK_HOME");
    CHECK(refusal_of_options(fixture, "a = [{ b = '${RACK_HOME}' }]") ==
          "t.toml:4:12: auth.options.a[0].b needs the environment variable RACK_HOME; expected it to "
          "be set, found it unset");
}

TEST_CASE("every option has its place in the file") {
    const config_fixture fixture;
    const auto options = options_of(fixture, "database = 'x'\npaths = ['a',\n  'b']\n\"a/~b\" = { c = 1 }");
    const auto at = [&](const char* pointer) {
        const auto& place = options.locations.at(pointer);
        return std::to_string(place.line) + ':' + std::to_string(place.column);
    };
    CHECK(at("") == "3:1");
    CHECK(at("/database") == "4:12");
    CHECK(at("/paths/0") == "5:10");
    CHECK(at("/paths/1") == "6:3");
    CHECK(at("/a~1~0b/c") == "7:16");
    CHECK(options.locations.size() == 7);
    CHECK(options.locations.at("/database").file == (fixture.folder() / "t.toml").string());
}

TEST_CASE("absent options are an empty object with the place of their table") {
    const config_fixture fixture;
    const auto options = fixture.read(auth_section).auth.backends.front().options;
    CHECK(options.json == "{}");
    CHECK(options.locations.at("").line == 1);
}

TEST_CASE("values without a JSON form are refused") {
    const config_fixture fixture;
    for (const std::string number : {"inf", "nan"}) {
        CHECK(refusal_of_options(fixture, "a = { b = [" + number + "] }") ==
              "t.toml:4:12: auth.options.a.b[0] is a number that JSON cannot represent; expected a finite "
              "number, found " +
                  number);
    }
}

TEST_CASE("options nest at most 32 levels deep") {
    const config_fixture fixture;
    const auto nested = [](std::size_t depth) {
        return "a = " + std::string(depth - 1, '[') + "1" + std::string(depth - 1, ']');
    };
    CHECK(refusal_of_options(fixture, nested(32)).empty());
    CHECK(
        refusal_of_options(fixture, nested(33)).find("is nested too deeply; expected at most 32 levels, found more") !=
        std::string::npos);
}

TEST_CASE("a secret is read from the place that an option names") {
    config_fixture fixture;
    const auto file = fixture.write_secret("password", "hunter2\n");
    fixture.write_secret("credentials/db", "hunter3");
    fixture.set("CREDENTIALS_DIRECTORY", (fixture.folder() / "credentials").string());
    fixture.set("DB_PASSWORD", "hunter4");
    fixture.set("RACK_FOLDER", fixture.folder().string());
    CHECK(json_of(fixture, "p = { file = '" + file.string() + "' }") == R"({"p":"hunter2"})");
    CHECK(json_of(fixture, "p = { file = '${RACK_FOLDER}/password' }") == R"({"p":"hunter2"})");
    CHECK(json_of(fixture, "p = [{ credential = 'db' }]") == R"({"p":["hunter3"]})");
    CHECK(json_of(fixture, "p.q.env = 'DB_PASSWORD'") == R"({"p":{"q":"hunter4"}})");
}

TEST_CASE("one newline at the end of a secret is removed and nothing else") {
    const config_fixture fixture;
    struct row {
        std::string_view bytes;
        std::string_view json;
    };
    for (const auto& [bytes, json] : {row{"a", R"({"p":"a"})"},
                                      row{"a\r\n", R"({"p":"a"})"},
                                      row{"a\n\n", R"({"p":"a\n"})"},
                                      row{" a \n", R"({"p":" a "})"},
                                      row{"a\nb\n", R"({"p":"a\nb"})"},
                                      row{"a\r", R"({"p":"a\r"})"}}) {
        const auto file = fixture.write_secret("s", bytes);
        CHECK(json_of(fixture, "p = { file = '" + file.string() + "' }") == json);
    }
}

TEST_CASE("a table that is not quite a reference is a table") {
    const config_fixture fixture;
    CHECK(json_of(fixture, "p = { file = '/x', mode = 'r' }") == R"({"p":{"file":"/x","mode":"r"}})");
    CHECK(json_of(fixture, "p = { file = 3 }") == R"({"p":{"file":3}})");
    CHECK(json_of(fixture, "p = { File = '/x' }") == R"({"p":{"File":"/x"}})");
    // The options as a whole are an object, whatever their only key is called.
    CHECK(json_of(fixture, "file = '/x'") == R"({"file":"/x"})");
}

TEST_CASE("a secret in a file that other users may read is refused") {
    const config_fixture fixture;
    const auto file = fixture.write_secret("s", "canary");
    const auto refused_with = [&](unsigned mode) {
        std::filesystem::permissions(file, std::filesystem::perms(mode));
        return refusal_of_options(fixture, "p = { file = '" + file.string() + "' }");
    };
    CHECK(refused_with(0600).empty());
    CHECK(refused_with(0400).empty());
    CHECK(refused_with(0640).empty());
    CHECK(refused_with(0440).empty());
    CHECK(
        refused_with(0644) ==
        R"(t.toml:4:14: auth.options.p.file is accessible to other users (mode 0644); expected a file of mode 0600 or 0640, )"
        R"(found "s")");
    for (const unsigned mode : {0604u, 0602u, 0601u, 0660u}) CHECK_FALSE(refused_with(mode).empty());
}

TEST_CASE("the error for an unreadable secret does not show it") {
    config_fixture fixture;
    const auto of_file = [&](std::string_view bytes) {
        return refusal_of_options(fixture, "p = { file = '" + fixture.write_secret("s", bytes).string() + "' }");
    };
    const std::string here = "t.toml:4:14: auth.options.p.file ";
    CHECK(of_file("") == here + R"(is empty; expected a file with a secret, found "s")");
    CHECK(of_file("\n") == here + R"(is empty; expected a file with a secret, found "s")");
    CHECK(of_file("\xff") == here + R"(is not text; expected UTF-8, found "s")");
    CHECK(of_file(std::string(64 * 1024, 'x')).empty());
    CHECK(of_file(std::string(64 * 1024 + 1, 'x')) == here + R"(is too long; expected at most 64 KiB, found "s")");
    CHECK(refusal_of_options(fixture, "p = { file = '" + (fixture.folder() / "gone").string() + "' }") ==
          here +
              R"(cannot be read (No such file or directory); expected a regular file that can be read, found "gone")");
    CHECK(refusal_of_options(fixture, "p = { file = '/dev/null' }") ==
          here + R"(cannot be read (Invalid argument); expected a regular file that can be read, found "/dev/null")");

    fixture.set("RACK_CANARY", "canary");
    CHECK(refusal_of_options(fixture, "p = { file = '/${RACK_CANARY}' }") ==
          here + "cannot be read (No such file or directory); expected a regular file that can be read, "
                 "found a value from the environment (not shown)");
    CHECK(refusal_of_options(fixture, "p = { env = 'sk-canary' }") ==
          "t.toml:4:13: auth.options.p.env is not the name of a variable; expected a name such as "
          "DB_PASSWORD, found something else");
    fixture.unset("RACK_UNSET");
    CHECK(refusal_of_options(fixture, "p = { env = 'RACK_UNSET' }") ==
          "t.toml:4:13: auth.options.p.env names the environment variable RACK_UNSET; expected it "
          "to be "
          "set, found it unset");
}

TEST_CASE("a credential is a file name in CREDENTIALS_DIRECTORY") {
    config_fixture fixture;
    fixture.unset("CREDENTIALS_DIRECTORY");
    const std::string here = "t.toml:4:20: auth.options.p.credential ";
    CHECK(refusal_of_options(fixture, "p = { credential = 'db' }") ==
          here + R"(needs CREDENTIALS_DIRECTORY, which is not set; expected a start by systemd with LoadCredential=, )"
                 R"(found "db")");
    fixture.set("CREDENTIALS_DIRECTORY", fixture.folder().string());
    for (const std::string name : {"", ".", "..", "a/b", "/etc/passwd"})
        CHECK(refusal_of_options(fixture, "p = { credential = '" + name + "' }") ==
              here + "is not the name of a credential; expected a file name without slashes, found \"" + name + '"');
    CHECK(refusal_of_options(fixture, "p = { credential = 'db' }") ==
          here + R"(cannot be read (No such file or directory); expected a regular file that can be read, found "db")");
}

}  // namespace toolrack
