#include <sys/stat.h>
#include <vector>

#include "catch.hpp"
#include "config_fixture.hpp"

namespace toolrack {
namespace {}  // namespace

TEST_CASE("the error for an unreadable file names it and says what to do") {
    const config_fixture fixture;
    const auto refusal = [&](const std::string& name) {
        return fixture.refusal_of([&] { config::read(fixture.folder() / name); });
    };
    CHECK(refusal("gone.toml") ==
          "gone.toml: no such file; expected a configuration (create it or name one with --config), "
          "found none");
    std::filesystem::create_directory(fixture.folder() / "folder.toml");
    CHECK(refusal("folder.toml") == "folder.toml: is a directory; expected a TOML file, found a directory");
    ::mkfifo((fixture.folder() / "pipe.toml").c_str(), 0600);
    CHECK(refusal("pipe.toml") == "pipe.toml: cannot be read; expected a regular file, found Invalid argument");
    fixture.write("long.toml", std::string(1024 * 1024 + 1, '\n'));
    CHECK(refusal("long.toml") == "long.toml: the file is too long; expected at most 1 MiB, found more");
}

TEST_CASE("a file without read permission is reported as such") {
    const config_fixture fixture;
    const auto file = fixture.write("t.toml", minimal);
    std::filesystem::permissions(file, std::filesystem::perms::none);
    // Root reads everything, so it steps down for a moment.
    const bool is_root = ::geteuid() == 0;
    if (is_root) REQUIRE(::seteuid(65534) == 0);
    const auto refusal = fixture.refusal_of([&] { config::read(file); });
    if (is_root) REQUIRE(::seteuid(0) == 0);
    CHECK(refusal == "t.toml: permission denied; expected a file that the user of this process can read, found "
                     "one that it cannot read");
}

TEST_CASE("bytes that are not UTF-8 are refused with their place") {
    const config_fixture fixture;
    const auto sentence = [](std::string place, std::string byte) {
        return "t.toml:" + place + ": the file is not UTF-8; expected UTF-8 text, found byte " + byte;
    };
    CHECK(fixture.refusal("a = 'é\xff'") == sentence("1:7", "\\xff"));
    CHECK(fixture.refusal("\n# \xed\xa0\x80") == sentence("2:3", "\\xed"));
    CHECK(fixture.refusal("# caf\xc3") == sentence("1:6", "\\xc3"));
    CHECK(fixture.refusal("\xff\xfe"
                          "a") == sentence("1:1", "\\xff"));
}

TEST_CASE("a byte order mark and CRLF are accepted") {
    const config_fixture fixture;
    CHECK(fixture.read("\xEF\xBB\xBF[auth]\r\nbackend = 'x'\r\n").auth.backends.front().library == "x");
}

TEST_CASE("a TOML syntax error has the form of every other error") {
    const config_fixture fixture;
    struct row {
        std::string_view toml;
        std::string_view sentence;
    };
    for (const auto& [toml, sentence] : {
             row{"[server]\npage_size = 1\npage_size = 2",
                 R"(3:13: duplicate key "page_size"; expected each key and table once, found a second "page_size")"},
             row{"[server]\n[tls]\n[server]",
                 R"(3:1: duplicate key "server"; expected each key and table once, found a second "server")"},
             row{"[[plugin]]\n[plugin]",
                 R"(2:1: duplicate key "plugin"; expected each key and table once, found a second "plugin")"},
             row{"a = canary",
                 "1:5: not valid TOML, in value; expected a value (text needs quotes), found "
                 "something else"},
             row{"a = 99999999999999999999",
                 "1:25: not valid TOML, in decimal integer; expected a number that fits 64 bits, "
                 "found one that does not"},
             row{"a = 1e400",
                 "1:10: not valid TOML, in floating-point; expected a number that fits 64 bits, "
                 "found one that does not"},
             row{"a = [1",
                 "1:7: not valid TOML, in array; expected more text, found the end of the "
                 "file"},
             row{"[a\nb = 1", R"(1:3: not valid TOML, in table header; expected ']', found '\n')"},
             row{"a =t\n", R"(1:5: not valid TOML, in boolean; expected 'true', found 't\x0a')"},
             row{"a = 1 2",
                 "1:7: not valid TOML, in key-value pair; expected a comment or whitespace, found "
                 "'2'"},
             row{"a = '\x01'",
                 "1:6: not valid TOML, in literal string; expected no line break or control "
                 "character here, found one"},
             row{"a = \"canary\nb\"",
                 "1:12: not valid TOML, in string; expected no line break or control character "
                 "here, found one"},
         }) {
        INFO(toml);
        CHECK(fixture.refusal(toml) == "t.toml:" + std::string(sentence));
    }
}

TEST_CASE("conf.d adds tables, keys and plugins in sorted order") {
    const config_fixture fixture;
    fixture.write("conf.d/20-b.toml", "[[plugin]]\nlibrary = 'b'\n[server]\npage_size = 7\n");
    fixture.write("conf.d/10-a.toml", "[[plugin]]\nlibrary = 'a'\n[tls]\ncertificate = 'c'\nkey = 'k'\n");
    fixture.write("conf.d/.#10-a.toml", "an editor's");
    fixture.write("conf.d/README", "not TOML");
    const auto settings = fixture.read(std::string(minimal) + "[[plugin]]\nlibrary = 'main'\n[server]\nthreads = 3\n");
    REQUIRE(settings.plugins.size() == 3);
    CHECK(settings.plugins[0].name == "main");
    CHECK(settings.plugins[1].name == "a");
    CHECK(settings.plugins[2].name == "b");
    CHECK(settings.plugins[2].where.file == (fixture.folder() / "conf.d/20-b.toml").string());
    CHECK(settings.server.threads == 3);
    CHECK(settings.server.page_size == 7);
    CHECK(settings.tls->key == "k");
    CHECK(settings.file == fixture.folder() / "t.toml");
}

TEST_CASE("the auth backend may be in conf.d") {
    const config_fixture fixture;
    fixture.write("conf.d/auth.toml", minimal);
    CHECK(fixture.read("").auth.backends.front().name == "env-token");
}

TEST_CASE("a key in two files is refused with both places") {
    const config_fixture fixture;
    fixture.write("conf.d/a.toml", "[server]\n\nlisten = '127.0.0.1:1'\n");
    CHECK(fixture.refusal(std::string(minimal) + "[server]\nlisten = '127.0.0.1:2'\n") ==
          "conf.d/a.toml:3:10: server.listen is set twice; expected one definition, found another "
          "one at t.toml:4:10");
    CHECK(fixture.refusal(std::string(minimal) + "server = 1\n").find(": unknown key in [auth]") != std::string::npos);
    CHECK(fixture.refusal("server = 1\n" + std::string(minimal)) ==
          "conf.d/a.toml:1:1: server is set twice; expected one definition, found another one at "
          "t.toml:1:10");
}

TEST_CASE("an error names its file in conf.d") {
    const config_fixture fixture;
    fixture.write("conf.d/a.toml", "[server]\nthreads = -1\n");
    CHECK(fixture.refusal(minimal) == "conf.d/a.toml:2:11: server.threads is out of range; expected an "
                                      "integer from 0 to 256, found -1");
    fixture.write("conf.d/a.toml", "[server]\nlisen = 'x'\n");
    CHECK(
        fixture.refusal(minimal).starts_with("conf.d/a.toml:2:1: unknown key in [server] (did you mean \"listen\"?)"));
}

TEST_CASE("a conf.d that is not a folder is refused") {
    const config_fixture fixture;
    fixture.write("conf.d", "");
    CHECK(fixture.refusal(minimal).ends_with(
        "conf.d: cannot be listed; expected a folder that can be read, found Not a directory"));
}

TEST_CASE("the file next to a library in a plugin directory has the body of its [[plugin]]") {
    const config_fixture fixture;
    const auto file =
        fixture.write("greet.toml", "name = 'hello'\nprefix = 'h_'\ntimeout = '5s'\noptions.who = 'you'\n");
    const auto plugin = config::read_drop_in(file, "/lib/greet.so");
    CHECK(plugin.library == "/lib/greet.so");
    CHECK(plugin.name == "hello");
    CHECK(plugin.prefix == "h_");
    CHECK(plugin.timeout == std::chrono::seconds(5));
    CHECK(plugin.options.json == R"({"who":"you"})");
    CHECK(to_string(plugin.where) == file.string());
    CHECK(config::read_drop_in(fixture.write("b.toml", ""), "/lib/other.so").name == "other");
}

TEST_CASE("the file next to a library in a plugin directory may contain scopes") {
    const config_fixture fixture;
    const auto file =
        fixture.write("greet.toml", "scopes = ['a']\nread_only = true\n[[tool]]\nmatch = 'g*'\nscopes = ['b:c']\n");
    const auto plugin = config::read_drop_in(file, "/lib/greet.so");
    CHECK(plugin.scopes == std::vector<std::string>{"a"});
    CHECK(plugin.read_only);
    REQUIRE(plugin.tools.size() == 1);
    CHECK(plugin.tools[0].match == "g*");
    CHECK(plugin.tools[0].scopes == std::vector<std::string>{"b:c"});
    CHECK(to_string(plugin.tools[0].where) == file.string() + ":4:9");
    fixture.write("greet.toml", "[[tool]]\nmatch = 'g*'\nscopes = ['*']\n");
    CHECK(fixture.refusal_of([&] { config::read_drop_in(file, "/lib/greet.so"); })
              .starts_with("greet.toml:3:11: tool.scopes[0] has a star"));
}

TEST_CASE("the file next to a library in a plugin directory cannot name a library") {
    const config_fixture fixture;
    const auto file = fixture.write("greet.toml", "\nlibrary = 'x'\n");
    CHECK(fixture.refusal_of([&] { config::read_drop_in(file, "/lib/greet.so"); }) ==
          "greet.toml:2:11: library is not allowed here; expected no such line: this file belongs to the "
          "library beside it, found \"x\"");
    fixture.write("greet.toml", "[[plugin]]\n");
    CHECK(fixture.refusal_of([&] { config::read_drop_in(file, "/lib/greet.so"); })
              .starts_with("greet.toml:1:3: unknown key at the top level"));
    fixture.write("greet.toml", "threads = 0\n");
    CHECK(fixture.refusal_of([&] { config::read_drop_in(file, "/lib/greet.so"); }) ==
          "greet.toml:1:11: threads is out of range; expected an integer from 1 to 256, found 0");
}

TEST_CASE("the configuration is searched in the places of the user, then of the system") {
    config_fixture fixture;
    fixture.unset("TOOLRACK_CONFIG");
    fixture.set("HOME", (fixture.folder() / "home").string());
    fixture.set("XDG_CONFIG_HOME", (fixture.folder() / "xdg").string());
    const bool has_one = std::filesystem::exists("/etc/toolrack/toolrack.toml");
    if (!has_one)
        CHECK(fixture.refusal_of([] { config::find_file(); }) ==
              "no configuration was found; expected a file named with --config or in "
              "TOOLRACK_CONFIG, or "
              "one of xdg/toolrack/toolrack.toml, /etc/toolrack/toolrack.toml, found none");

    const auto in_home = fixture.write("home/.config/toolrack/toolrack.toml", "");
    const auto in_xdg = fixture.write("xdg/toolrack/toolrack.toml", "");
    CHECK(config::find_file() == in_xdg);
    fixture.set("XDG_CONFIG_HOME", "");
    CHECK(config::find_file() == in_home);
}

TEST_CASE("a missing file that TOOLRACK_CONFIG names is an error") {
    config_fixture fixture;
    fixture.set("XDG_CONFIG_HOME", fixture.folder().string());
    fixture.write("toolrack/toolrack.toml", minimal);
    fixture.set("TOOLRACK_CONFIG", (fixture.folder() / "mine.toml").string());
    CHECK(config::find_file() == fixture.folder() / "mine.toml");
    CHECK(fixture.refusal_of([] { config::read(config::find_file()); }).starts_with("mine.toml: no such file"));
}

}  // namespace toolrack
