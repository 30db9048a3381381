#include "plugin/library.hpp"

#include <sys/stat.h>

#include <string>

#include "captured_log.hpp"
#include "catch.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

struct feature_index {
    test::temporary_folder folder;
    test::captured_log log;
    plugin::libraries libraries{test::worker_program(), log};

    // Why a library is not opened; empty when it is.
    std::string refused(const fs::path& file) {
        const auto opened = libraries.open(file);
        return opened ? std::string() : opened.error().why();
    }
    std::string refused_bytes(std::string_view bytes) { return refused(folder.write("x.so", bytes)); }
};

fs::path odd(const std::string& name) { return test::build_folder / "test-plugins" / (name + ".so"); }

constexpr auto echo_id = "toolrack.echo";

}  // namespace

TEST_CASE("a library tells what it is once it is open") {
    feature_index here;
    const auto opened = here.libraries.open(test::shipped("echo"));
    REQUIRE(opened.has_value());
    CHECK((*opened)->about().id == echo_id);
    CHECK((*opened)->about().version == "1.0.0");
    CHECK((*opened)->about().abi_minor == 0);
    CHECK((*opened)->about().offers("tools"));
}

TEST_CASE("what is not a file that can be read is refused with what it is instead") {
    feature_index here;
    const auto& folder = here.folder.path();
    CHECK(here.refused(folder / "missing.so") == "there is no such file");
    CHECK(here.refused(folder) == "it is a directory");
    CHECK(here.refused("/dev/null") == "it is not a regular file");
    CHECK(here.refused(folder / "x" / "y.so") == "there is no such file");
    fs::create_symlink(folder / "loop.so", folder / "loop.so");
    CHECK(here.refused(folder / "loop.so") == "the file cannot be opened: Too many levels of symbolic links");
    REQUIRE(::mkfifo((folder / "fifo.so").c_str(), 0600) == 0);
    CHECK(here.refused(folder / "fifo.so") == "it is not a regular file");  // and nobody waits for a writer
}

TEST_CASE("what is not a library of this machine is refused before anything of it runs") {
    feature_index here;
    CHECK(here.refused_bytes("") == "the file is empty");
    CHECK(here.refused_bytes("plain text") == "it is not a shared library (no ELF header)");
    auto bytes = test::bytes_of(test::shipped("echo"));
    bytes[4] = 1;  // EI_CLASS: 32 bits
    CHECK(here.refused_bytes(bytes).find("it is a 32-bit library; ") == 0);
    bytes[4] = 2;
    bytes[18] = 0x28;  // e_machine: ARM
    CHECK(here.refused_bytes(bytes).find("it was built for another machine; ") == 0);
    CHECK_FALSE(here.log.says("probing"));
}

TEST_CASE("a library that the loader refuses is named with the loader's own reason") {
    feature_index here;
    CHECK(here.refused(odd("needs-a-symbol")) ==
          "the dynamic loader refuses it: undefined symbol: nobody_has_this_function");
    const auto program = here.refused(test::build_folder / "bin/toolrack-worker");
    CHECK(program.find("the dynamic loader refuses it: cannot dynamically load position-independent executable") == 0);
}

TEST_CASE("a library that was cut off is refused, however the loader takes it") {
    feature_index here;
    for (const std::size_t size : {64u, 4096u, 8192u}) {
        const auto why = here.refused_bytes(test::bytes_of(test::shipped("echo")).substr(0, size));
        CAPTURE(size, why);
        CHECK_FALSE(why.empty());
        CHECK(why.find(here.folder.path().string()) == std::string::npos);
    }
}

TEST_CASE("a library that is no plugin, or one of another time, is told what to do") {
    feature_index here;
    CHECK(here.refused(test::hostile("wrong-entry")) ==
          "it does not export toolrack_plugin_v1; is it a Toolrack plugin, built with toolrack_add_plugin()?");
    CHECK(here.refused(test::hostile("other-major")) ==
          "it is made for major version 2 of the plugin ABI, and this server speaks version 1; "
          "use a build of it for version 1");
}

TEST_CASE("a plugin whose table cannot be used is refused with what is missing") {
    feature_index here;
    CHECK(here.refused(test::hostile("entry-returns-null")) == "its entry function toolrack_plugin_v1 returned null");
    CHECK(here.refused(test::hostile("short-table")) ==
          "its table is too short: 16 bytes, expected at least 64; build it with toolrack/abi.h of version 1");
    CHECK(here.refused(test::hostile("null-create")) == "its table lacks one of create, destroy and get_extension");
}

TEST_CASE("a plugin whose description cannot be used is refused with what is wrong") {
    feature_index here;
    CHECK(here.refused(test::hostile("bad-description")) == "its description is not acceptable: it is not valid JSON");
    CHECK(here.refused(odd("no-kinds")) == "its description has no array \"kinds\"");
    CHECK(here.refused(odd("odd-kinds")) == "its description has a kind that is not a string");
    CHECK(here.refused(odd("no-options-schema")).find("the schema of its options is not a JSON Schema: ") == 0);
}

TEST_CASE("a library that crashes or leaves while it is loaded costs a child and not the server") {
    feature_index here;
    CHECK(here.refused(test::hostile("crash-in-constructor")) ==
          "it crashed while it was loaded and described (a segmentation fault, signal 11)");
    CHECK(here.refused(test::hostile("crash-in-description")) ==
          "it crashed while it was loaded and described (a segmentation fault, signal 11)");
    CHECK(here.refused(test::hostile("exit-in-constructor")) ==
          "it ended the process while it was loaded and described (exit status 3)");
    CHECK(here.refused(test::shipped("echo")).empty());  // and the others are served
}

TEST_CASE("a library that never comes back from being loaded is given up on") {
    feature_index here;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(here.refused(test::hostile("hang-in-constructor")) ==
          "it was not done after 10 s while it was loaded and described");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(40));
}

// CONTRACT.md, H1.
TEST_CASE("what runs is the copy that was checked, whatever happens to the file") {
    feature_index here;
    const auto file = here.folder.path() / "mine.so";
    fs::copy_file(test::shipped("echo"), file);
    const auto first = here.libraries.open(file);
    REQUIRE(first.has_value());

    // In place, which would pull the ground from under a mapped file.
    here.folder.write("mine.so", std::string(fs::file_size(file), 'x'));
    const auto made = test::try_instance(*first, test::settings_named("mine"), here.log);
    REQUIRE(made.has_value());
    const auto listed = (*made)->list();
    REQUIRE(listed.has_value());
    CHECK(listed->at(0).definition.find("\"echo\"") != std::string::npos);

    // What is in the file now is what is judged now.
    CHECK(here.refused(file) == "it is not a shared library (no ELF header)");
    fs::copy_file(test::shipped("time"), file, fs::copy_options::overwrite_existing);
    const auto second = here.libraries.open(file);
    REQUIRE(second.has_value());
    CHECK((*second)->about().id != echo_id);
    CHECK((*first)->about().id == echo_id);
}

// CONTRACT.md, H1.
TEST_CASE("the same bytes are loaded once, wherever they lie") {
    feature_index here;
    const auto copy = here.folder.path() / "copy.so";
    fs::copy_file(test::shipped("echo"), copy);
    const auto first = here.libraries.open(test::shipped("echo")), again = here.libraries.open(test::shipped("echo")),
               other = here.libraries.open(copy);
    REQUIRE((first.has_value() && again.has_value() && other.has_value()));
    CHECK(*first == *again);
    CHECK(*first == *other);
    const auto said = here.log.text();
    CHECK(said.find("probing") == said.rfind("probing"));
}

TEST_CASE("the private copies are for this user only, and go with the libraries") {
    fs::path kept;
    {
        feature_index here;
        const auto copy = here.libraries.keep(test::shipped("echo"));
        REQUIRE(copy.has_value());
        kept = *copy;
        CHECK(test::bytes_of(kept) == test::bytes_of(test::shipped("echo")));
        CHECK(fs::status(kept).permissions() == (fs::perms::owner_read | fs::perms::owner_exec));
        CHECK(fs::status(kept.parent_path()).permissions() == fs::perms::owner_all);
    }
    CHECK_FALSE(fs::exists(kept.parent_path()));
}
