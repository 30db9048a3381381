#include "plugin/library.hpp"

#include <sys/stat.h>

#include <string>

#include "captured_log.hpp"
#include "catch.hpp"
#include "plugin/process/probe.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

struct cache_fixture {
    test::temporary_folder folder;
    test::captured_log log;
    plugin::library_cache libraries{plugin::probe_in_worker(test::worker_program(), log), log};

    // Why the library is refused; empty if it is opened.
    std::string refused(const fs::path& file) {
        const auto opened = libraries.open(file);
        return opened ? std::string() : opened.error().why();
    }
    std::string refused_bytes(std::string_view bytes) { return refused(folder.write("x.so", bytes)); }
};

constexpr auto echo_id = "toolrack.echo";

}  // namespace

TEST_CASE("an open library has its description") {
    cache_fixture fixture;
    const auto opened = fixture.libraries.open(test::shipped("echo"));
    REQUIRE(opened.has_value());
    CHECK((*opened)->about().id == echo_id);
    CHECK((*opened)->about().version == "1.0.0");
    CHECK((*opened)->about().abi_minor == 0);
    CHECK((*opened)->about().offers("tools"));
}

TEST_CASE("a path that is not a readable file is refused with the reason") {
    cache_fixture fixture;
    const auto& folder = fixture.folder.path();
    CHECK(fixture.refused(folder / "missing.so") == "there is no such file");
    CHECK(fixture.refused(folder) == "it is a directory");
    CHECK(fixture.refused("/dev/null") == "it is not a regular file");
    CHECK(fixture.refused(folder / "x" / "y.so") == "there is no such file");
    fs::create_symlink(folder / "loop.so", folder / "loop.so");
    CHECK(fixture.refused(folder / "loop.so") == "the file cannot be opened: Too many levels of symbolic links");
    REQUIRE(::mkfifo((folder / "fifo.so").c_str(), 0600) == 0);
    CHECK(fixture.refused(folder / "fifo.so") == "it is not a regular file");  // without waiting for a writer
}

TEST_CASE("a file that is no library of this architecture is refused before it is loaded") {
    cache_fixture fixture;
    CHECK(fixture.refused_bytes("") == "the file is empty");
    CHECK(fixture.refused_bytes("plain text") == "it is not a shared library (no ELF header)");
    auto bytes = test::bytes_of(test::shipped("echo"));
    bytes[4] = 1;  // EI_CLASS: 32 bits
    CHECK(fixture.refused_bytes(bytes).find("it is a 32-bit library; ") == 0);
    bytes[4] = 2;
    bytes[18] = 0x28;  // e_machine: ARM
    CHECK(fixture.refused_bytes(bytes).find("it was built for another architecture; ") == 0);
    CHECK_FALSE(fixture.log.says("probing"));
}

TEST_CASE("a library that the loader refuses is refused with the loader's reason") {
    cache_fixture fixture;
    CHECK(fixture.refused(test::test_plugin("needs-a-symbol")) ==
          "the dynamic loader refuses it: undefined symbol: undefined_function");
    const auto program = fixture.refused(test::build_folder / "bin/toolrack-worker");
    CHECK(program.find("the dynamic loader refuses it: cannot dynamically load position-independent executable") == 0);
}

TEST_CASE("a truncated library is refused") {
    cache_fixture fixture;
    for (const std::size_t size : {64u, 4096u, 8192u}) {
        const auto why = fixture.refused_bytes(test::bytes_of(test::shipped("echo")).substr(0, size));
        CAPTURE(size, why);
        CHECK_FALSE(why.empty());
        CHECK(why.find(fixture.folder.path().string()) == std::string::npos);
    }
}

TEST_CASE("a library that is no plugin, or of another ABI version, is refused with a remedy") {
    cache_fixture fixture;
    CHECK(fixture.refused(test::hostile("wrong-entry")) ==
          "it does not export toolrack_plugin_v1; is it a Toolrack plugin, built with toolrack_add_plugin()?");
    CHECK(fixture.refused(test::hostile("other-major")) ==
          "it is built for major version 2 of the plugin ABI, and this server supports version 1; "
          "use a build for version 1");
}

TEST_CASE("a plugin with an invalid table is refused with the missing part") {
    cache_fixture fixture;
    CHECK(fixture.refused(test::hostile("entry-returns-null")) ==
          "its entry function toolrack_plugin_v1 returned null");
    CHECK(fixture.refused(test::hostile("short-table")) ==
          "its table is too short: 16 bytes, expected at least 64; build it with toolrack/abi.h of version 1");
    CHECK(fixture.refused(test::hostile("null-create")) == "its table lacks one of create, destroy and get_extension");
}

TEST_CASE("a plugin with an invalid description is refused with the reason") {
    cache_fixture fixture;
    CHECK(fixture.refused(test::hostile("bad-description")) == "its description is invalid: it is not valid JSON");
    CHECK(fixture.refused(test::test_plugin("no-kinds")) == "its description has no array \"kinds\"");
    CHECK(fixture.refused(test::test_plugin("odd-kinds")) == "its description has a kind that is not a string");
    CHECK(fixture.refused(test::test_plugin("no-options-schema"))
              .find("the schema of its options is not a valid JSON Schema: ") == 0);
}

TEST_CASE("a library that crashes or exits while it is loaded ends only a child process") {
    cache_fixture fixture;
    CHECK(fixture.refused(test::hostile("crash-in-constructor")) ==
          "it crashed during loading (a segmentation fault, signal 11)");
    CHECK(fixture.refused(test::hostile("crash-in-description")) ==
          "it crashed during loading (a segmentation fault, signal 11)");
    CHECK(fixture.refused(test::hostile("exit-in-constructor")) == "it exited during loading (status 3)");
    CHECK(fixture.refused(test::shipped("echo")).empty());  // others are not affected
}

TEST_CASE("loading a library times out") {
    cache_fixture fixture;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(fixture.refused(test::hostile("hang-in-constructor")) == "it timed out after 10 s during loading");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(40));
}

// CONTRACT.md, H1.
TEST_CASE("the checked copy runs, whatever happens to the file") {
    cache_fixture fixture;
    const auto file = fixture.folder.path() / "mine.so";
    fs::copy_file(test::shipped("echo"), file);
    const auto first = fixture.libraries.open(file);
    REQUIRE(first.has_value());

    // In place, which would corrupt a mapped file.
    fixture.folder.write("mine.so", std::string(fs::file_size(file), 'x'));
    const auto made = test::try_instance(*first, test::settings_named("mine"), fixture.log);
    REQUIRE(made.has_value());
    const auto listed = (*made)->list();
    REQUIRE(listed.has_value());
    CHECK(listed->at(0).definition.find("\"echo\"") != std::string::npos);

    // open() checks the present file.
    CHECK(fixture.refused(file) == "it is not a shared library (no ELF header)");
    fs::copy_file(test::shipped("time"), file, fs::copy_options::overwrite_existing);
    const auto second = fixture.libraries.open(file);
    REQUIRE(second.has_value());
    CHECK((*second)->about().id != echo_id);
    CHECK((*first)->about().id == echo_id);
}

// CONTRACT.md, H1.
TEST_CASE("the same bytes are loaded once, from any path") {
    cache_fixture fixture;
    const auto copy = fixture.folder.path() / "copy.so";
    fs::copy_file(test::shipped("echo"), copy);
    const auto first = fixture.libraries.open(test::shipped("echo")),
               again = fixture.libraries.open(test::shipped("echo")), other = fixture.libraries.open(copy);
    REQUIRE((first.has_value() && again.has_value() && other.has_value()));
    CHECK(*first == *again);
    CHECK(*first == *other);
    const auto log = fixture.log.text();
    CHECK(log.find("probing") == log.rfind("probing"));
}

TEST_CASE("only this user can read the private copies, and they are removed with the cache") {
    fs::path copied;
    {
        cache_fixture fixture;
        const auto copy = fixture.libraries.copy(test::shipped("echo"));
        REQUIRE(copy.has_value());
        copied = *copy;
        CHECK(test::bytes_of(copied) == test::bytes_of(test::shipped("echo")));
        CHECK(fs::status(copied).permissions() == (fs::perms::owner_read | fs::perms::owner_exec));
        CHECK(fs::status(copied.parent_path()).permissions() == fs::perms::owner_all);
    }
    CHECK_FALSE(fs::exists(copied.parent_path()));
}
