// Who may have written a library, and which one it has to be.
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/digest.hpp"
#include "captured_log.hpp"
#include "catch.hpp"
#include "not_run.hpp"
#include "plugin/library.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

// A copy of a good plugin in a folder of its own, for a test to spoil.
struct feature_index {
    test::temporary_folder folder;
    test::captured_log log;
    plugin::libraries libraries{test::worker_program(), log};
    fs::path file;

    feature_index() {
        fs::create_directories(folder.path() / "a/b");
        file = folder.path() / "a/b/mine.so";
        fs::copy_file(test::shipped("echo"), file);
        mode(file, 0755);
    }

    void mode(const fs::path& path, mode_t bits) { REQUIRE(::chmod(path.c_str(), bits) == 0); }

    // Why a library is not taken; empty when it is.
    std::string refused(const fs::path& path, const std::optional<config::pin>& pin = {}) {
        const auto kept = libraries.keep(path, pin);
        return kept ? std::string() : kept.error().why();
    }
    std::string refused() { return refused(file); }

    std::string folder_refused(const fs::path& which, const std::string& bits, unsigned user = ::geteuid()) {
        return "others may write to the folder " + which.string() + " (mode " + bits + ", user " +
               std::to_string(user) +
               "), and so replace what is in it; it must belong to root or to the user of this process, "
               "with mode 0755 or less";
    }
};

}  // namespace

TEST_CASE("a library that only its owner can write to is taken, however much others may read and run it") {
    feature_index here;
    for (const mode_t bits : {0755, 0644, 0600, 0500, 0700, 0555}) {
        here.mode(here.file, bits);
        CHECK(here.refused().empty());
    }
}

TEST_CASE("a library that others can write to is not opened") {
    feature_index here;
    for (const auto& [bits, shown] : {std::pair{0777, "0777"}, std::pair{0757, "0757"}, std::pair{0666, "0666"}}) {
        here.mode(here.file, static_cast<mode_t>(bits));
        CHECK(here.refused() ==
              "others may write to it (mode " + std::string(shown) + "); make that 0755 or less (chmod go-w)");
    }
    if (::geteuid() != 0) return;  // whose group may be of nobody else
    here.mode(here.file, 0775);
    CHECK(here.refused() == "others may write to it (mode 0775); make that 0755 or less (chmod go-w)");
    CHECK_FALSE(here.log.says("probing"));
}

TEST_CASE("a library with somebody's rights is not opened") {
    feature_index here;
    for (const auto& [bits, shown] : {std::pair{04755, "4755"}, std::pair{02755, "2755"}}) {
        here.mode(here.file, static_cast<mode_t>(bits));
        CHECK(here.refused() == "it has the set-user-ID or set-group-ID bit (mode " + std::string(shown) +
                                    "), for which there is no use here; remove that (chmod ug-s)");
    }
}

TEST_CASE("a library below a folder that others can write to is not opened, wherever that is on the way") {
    feature_index here;
    for (const auto* name : {"a/b", "a"}) {
        const auto which = here.folder.path() / name;
        here.mode(which, 0757);
        CHECK(here.refused() == here.folder_refused(which, "0757"));
        if (::geteuid() == 0) {
            here.mode(which, 0775);
            CHECK(here.refused() == here.folder_refused(which, "0775"));
        }
        here.mode(which, 01777);  // sticky: nobody can touch what is somebody else's
        CHECK(here.refused().empty());
        here.mode(which, 0755);
    }
}

TEST_CASE("a library that is somebody else's, or lies in what is, is not opened") {
    if (::geteuid() != 0) {
        test::not_run("only root can give a file away");
        return;
    }
    feature_index here;
    REQUIRE(::chown(here.file.c_str(), 12345, 12345) == 0);
    CHECK(here.refused() ==
          "it belongs to the user with the number 12345; it must belong to root or to the user of this process");
    REQUIRE(::chown(here.file.c_str(), 0, 0) == 0);
    CHECK(here.refused().empty());
    const auto above = here.folder.path() / "a";
    REQUIRE(::chown(above.c_str(), 12345, 12345) == 0);
    CHECK(here.refused() == here.folder_refused(above, "0755", 12345));
}

TEST_CASE("a link is followed, and judged by where it is and by where it leads") {
    feature_index here;
    const auto link = here.folder.path() / "link.so";
    fs::create_symlink("a/b/mine.so", link);  // relative
    CHECK(here.refused(link).empty());
    here.mode(here.folder.path() / "a", 0757);
    CHECK(here.refused(link) == here.folder_refused(here.folder.path() / "a", "0757"));
    here.mode(here.folder.path() / "a", 0755);

    const auto open = here.folder.path() / "open";
    fs::create_directory(open);
    fs::create_symlink(here.file, open / "link.so");  // to a good place, from a bad one
    CHECK(here.refused(open / "link.so").empty());
    here.mode(open, 0757);
    CHECK(here.refused(open / "link.so") == here.folder_refused(open, "0757"));
    here.mode(open, 0755);
    fs::create_directory_symlink(open, here.folder.path() / "to-open");
    CHECK(here.refused(here.folder.path() / "to-open/../open/link.so").empty());
    here.mode(here.file, 0757);
    CHECK(here.refused(open / "link.so") == "others may write to it (mode 0757); make that 0755 or less (chmod go-w)");

    if (::geteuid() != 0) return;
    here.mode(here.file, 0755);
    here.mode(open, 01777);
    REQUIRE(::lchown((open / "link.so").c_str(), 12345, 12345) == 0);
    CHECK(here.refused(open / "link.so") ==
          "the link " + (open / "link.so").string() +
              " belongs to the user with the number 12345, who may have it lead elsewhere");
}

TEST_CASE("links without an end are given up on") {
    feature_index here;
    fs::create_symlink("loop.so", here.folder.path() / "loop.so");
    CHECK(here.refused(here.folder.path() / "loop.so") ==
          "the file cannot be opened: Too many levels of symbolic links");
}

TEST_CASE("a pinned library is taken as long as it is that one") {
    feature_index here;
    const auto digest = hex(sha256(test::bytes_of(here.file)));
    CHECK(here.refused(here.file, config::pin{digest, {"t.toml", 3, 10}}).empty());
    const std::string other(64, 'a');
    CHECK(here.refused(here.file, config::pin{other, {"t.toml", 3, 10}}) ==
          "it is not the library that is pinned: t.toml:3:10 expects the SHA-256 " + other + ", and it has " + digest +
              "; if it was meant to change, write that there");
    CHECK_FALSE(here.libraries.open(here.file, config::pin{other, {}}).has_value());
    CHECK_FALSE(here.log.says("probing"));
}

TEST_CASE("a pin does not make a file good that others can write to") {
    feature_index here;
    here.mode(here.file, 0757);
    const auto digest = hex(sha256(test::bytes_of(here.file)));
    CHECK(here.refused(here.file, config::pin{digest, {}}).find("others may write to it") == 0);
}
