// The owner, mode and digest that a library must have.
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/digest.hpp"
#include "captured_log.hpp"
#include "catch.hpp"
#include "not_run.hpp"
#include "plugin/library.hpp"
#include "plugin/process/probe.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

// A copy of a valid plugin in its own folder.
struct copy_fixture {
    test::temporary_folder folder;
    test::captured_log log;
    plugin::library_cache libraries{plugin::probe_in_worker(test::worker_program(), log), log};
    fs::path file;

    copy_fixture() {
        fs::create_directories(folder.path() / "a/b");
        file = folder.path() / "a/b/mine.so";
        fs::copy_file(test::shipped("echo"), file);
        mode(file, 0755);
    }

    void mode(const fs::path& path, mode_t bits) { REQUIRE(::chmod(path.c_str(), bits) == 0); }

    // Why the library is refused; empty if it is accepted.
    std::string refused(const fs::path& path, const std::optional<config::pin>& pin = {}) {
        const auto copied = libraries.copy(path, pin);
        return copied ? std::string() : copied.error().why();
    }
    std::string refused() { return refused(file); }

    std::string folder_refused(const fs::path& which, const std::string& bits, unsigned user = ::geteuid()) {
        return "other users may write to the folder " + which.string() + " (mode " + bits + ", user " +
               std::to_string(user) +
               "), and so replace the files in it; it must belong to root or to the user of this process, "
               "with mode 0755 or less";
    }
};

}  // namespace

TEST_CASE("a library that only its owner can write is accepted, whoever can read and execute it") {
    copy_fixture fixture;
    for (const mode_t bits : {0755, 0644, 0600, 0500, 0700, 0555}) {
        fixture.mode(fixture.file, bits);
        CHECK(fixture.refused().empty());
    }
}

TEST_CASE("a library that others can write is refused") {
    copy_fixture fixture;
    for (const auto& [bits, shown] : {std::pair{0777, "0777"}, std::pair{0757, "0757"}, std::pair{0666, "0666"}}) {
        fixture.mode(fixture.file, static_cast<mode_t>(bits));
        CHECK(fixture.refused() ==
              "other users may write to it (mode " + std::string(shown) + "); set it to 0755 or less (chmod go-w)");
    }
    if (::geteuid() != 0) return;  // the group may have no other member
    fixture.mode(fixture.file, 0775);
    CHECK(fixture.refused() == "other users may write to it (mode 0775); set it to 0755 or less (chmod go-w)");
    CHECK_FALSE(fixture.log.says("probing"));
}

TEST_CASE("a library with a set-ID bit is refused") {
    copy_fixture fixture;
    for (const auto& [bits, shown] : {std::pair{04755, "4755"}, std::pair{02755, "2755"}}) {
        fixture.mode(fixture.file, static_cast<mode_t>(bits));
        CHECK(fixture.refused() == "it has the set-user-ID or set-group-ID bit (mode " + std::string(shown) +
                                       "), which Toolrack does not allow; remove it (chmod ug-s)");
    }
}

TEST_CASE("a library is refused when others can write any folder of its path") {
    copy_fixture fixture;
    for (const auto* name : {"a/b", "a"}) {
        const auto which = fixture.folder.path() / name;
        fixture.mode(which, 0757);
        CHECK(fixture.refused() == fixture.folder_refused(which, "0757"));
        if (::geteuid() == 0) {
            fixture.mode(which, 0775);
            CHECK(fixture.refused() == fixture.folder_refused(which, "0775"));
        }
        fixture.mode(which, 01777);  // sticky: others cannot replace the files in it
        CHECK(fixture.refused().empty());
        fixture.mode(which, 0755);
    }
}

TEST_CASE("a library of another user, or in a folder of one, is refused") {
    if (::geteuid() != 0) {
        test::not_run("only root can give a file away");
        return;
    }
    copy_fixture fixture;
    REQUIRE(::chown(fixture.file.c_str(), 12345, 12345) == 0);
    CHECK(fixture.refused() == "it belongs to user id 12345; it must belong to root or to the user of this process");
    REQUIRE(::chown(fixture.file.c_str(), 0, 0) == 0);
    CHECK(fixture.refused().empty());
    const auto above = fixture.folder.path() / "a";
    REQUIRE(::chown(above.c_str(), 12345, 12345) == 0);
    CHECK(fixture.refused() == fixture.folder_refused(above, "0755", 12345));
}

TEST_CASE("a link is followed, and both its own folder and its target are checked") {
    copy_fixture fixture;
    const auto link = fixture.folder.path() / "link.so";
    fs::create_symlink("a/b/mine.so", link);  // relative
    CHECK(fixture.refused(link).empty());
    fixture.mode(fixture.folder.path() / "a", 0757);
    CHECK(fixture.refused(link) == fixture.folder_refused(fixture.folder.path() / "a", "0757"));
    fixture.mode(fixture.folder.path() / "a", 0755);

    const auto open = fixture.folder.path() / "open";
    fs::create_directory(open);
    fs::create_symlink(fixture.file, open / "link.so");  // to a safe folder, from an unsafe one
    CHECK(fixture.refused(open / "link.so").empty());
    fixture.mode(open, 0757);
    CHECK(fixture.refused(open / "link.so") == fixture.folder_refused(open, "0757"));
    fixture.mode(open, 0755);
    fs::create_directory_symlink(open, fixture.folder.path() / "to-open");
    CHECK(fixture.refused(fixture.folder.path() / "to-open/../open/link.so").empty());
    fixture.mode(fixture.file, 0757);
    CHECK(fixture.refused(open / "link.so") ==
          "other users may write to it (mode 0757); set it to 0755 or less (chmod go-w)");

    if (::geteuid() != 0) return;
    fixture.mode(fixture.file, 0755);
    fixture.mode(open, 01777);
    REQUIRE(::lchown((open / "link.so").c_str(), 12345, 12345) == 0);
    CHECK(fixture.refused(open / "link.so") ==
          "the link " + (open / "link.so").string() + " belongs to user id 12345, who can redirect it");
}

TEST_CASE("a loop of links is refused") {
    copy_fixture fixture;
    fs::create_symlink("loop.so", fixture.folder.path() / "loop.so");
    CHECK(fixture.refused(fixture.folder.path() / "loop.so") ==
          "the file cannot be opened: Too many levels of symbolic links");
}

TEST_CASE("a pinned library is accepted only with the pinned digest") {
    copy_fixture fixture;
    const auto digest = hex(sha256(test::bytes_of(fixture.file)));
    CHECK(fixture.refused(fixture.file, config::pin{digest, {"t.toml", 3, 10}}).empty());
    const std::string other(64, 'a');
    CHECK(fixture.refused(fixture.file, config::pin{other, {"t.toml", 3, 10}}) ==
          "it is not the pinned library: t.toml:3:10 expects the SHA-256 " + other + ", and the file has " + digest +
              "; if the change is intended, write the new value there");
    CHECK_FALSE(fixture.libraries.open(fixture.file, config::pin{other, {}}).has_value());
    CHECK_FALSE(fixture.log.says("probing"));
}

TEST_CASE("a pin does not permit a file that others can write") {
    copy_fixture fixture;
    fixture.mode(fixture.file, 0757);
    const auto digest = hex(sha256(test::bytes_of(fixture.file)));
    CHECK(fixture.refused(fixture.file, config::pin{digest, {}}).find("other users may write to it") == 0);
}
