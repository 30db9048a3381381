#include "base/trusted_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

void set_mode(const fs::path& file, mode_t mode) { REQUIRE(::chmod(file.c_str(), mode) == 0); }

std::string why_not(const fs::path& file, std::size_t most = 1000) {
    const auto read = read_trusted(file, most);
    return read ? "" : read.error().why();
}

bool says(const std::string& sentence, std::string_view words) { return sentence.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("a file that only its owner may write is read") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "bytes");
    for (const mode_t mode : {0600, 0400, 0640, 0440}) {
        set_mode(file, mode);
        CHECK(why_not(file).empty());
    }
    const auto read = read_trusted(file, 5);
    REQUIRE(read.has_value());
    CHECK(read->bytes == "bytes");
    CHECK(read->mark == mark_of(file));
}

TEST_CASE("a file that other users may use is not read") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "bytes");
    for (const mode_t mode : {0644, 0604, 0660, 0602, 0666, 0601, 0700, 0650, 04600}) {
        set_mode(file, mode);
        CHECK(says(why_not(file), "other users may use it"));
    }
}

TEST_CASE("a public file may be readable by all users, and writable by its owner only") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "bytes");
    set_mode(file, 0644);
    CHECK(read_trusted(file, 10, readers::anyone).has_value());
    set_mode(file, 0664);
    CHECK_FALSE(read_trusted(file, 10, readers::anyone).has_value());
}

TEST_CASE("a file below a folder that other users may write, at any level, is not read") {
    const test::temporary_folder folder;
    fs::create_directories(folder.path() / "a/b");
    const auto file = folder.write("a/b/list", "bytes");
    set_mode(file, 0600);
    CHECK(why_not(file).empty());
    for (const auto* open : {"a/b", "a"}) {
        set_mode(folder.path() / open, 0777);
        CHECK(says(why_not(file), "other users may write to the folder"));
        CHECK(says(why_not(file), open));
        set_mode(folder.path() / open, 01777);  // sticky: nobody can touch what is somebody else's
        CHECK(why_not(file).empty());
        set_mode(folder.path() / open, 0755);
    }
}

TEST_CASE("a link or an object that is not a regular file is not read") {
    const test::temporary_folder folder;
    const auto file = folder.write("list", "bytes");
    set_mode(file, 0600);
    fs::create_symlink(file, folder.path() / "link");
    CHECK(says(why_not(folder.path() / "link"), "symbolic link"));
    fs::create_directory(folder.path() / "folder");
    CHECK(says(why_not(folder.path() / "folder"), "not a regular file"));
    REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
    CHECK(says(why_not(folder.path() / "pipe"), "not a regular file"));
    CHECK(says(why_not(folder.path() / "nothing"), "No such file"));
    CHECK(says(why_not("/no/such/folder/list"), "cannot open its folder"));
    CHECK(says(why_not(file, 4), "longer than 4 bytes"));
}

TEST_CASE("a link to a folder is followed, and its target is checked") {
    const test::temporary_folder folder;
    fs::create_directory(folder.path() / "real");
    fs::create_directory_symlink(folder.path() / "real", folder.path() / "link");
    const auto file = folder.write("real/list", "bytes");
    set_mode(file, 0600);
    CHECK(why_not(folder.path() / "link/list").empty());
    set_mode(folder.path() / "real", 0777);
    CHECK(says(why_not(folder.path() / "link/list"), "other users may write to the folder"));
}

TEST_CASE("a file of another user is not read") {
    if (::geteuid() != 0) return;  // only root can give a file away
    const test::temporary_folder folder;
    const auto file = folder.write("list", "bytes");
    set_mode(file, 0600);
    REQUIRE(::chown(file.c_str(), 12345, 12345) == 0);
    CHECK(says(why_not(file), "belongs to user id 12345"));
}

TEST_CASE("a file to append to is created for owner and group, and checked like one to read") {
    const test::temporary_folder folder;
    const auto file = folder.path() / "lines";
    {
        const auto made = open_trusted_to_append(file);
        REQUIRE(made.has_value());
        REQUIRE(::write(made->get(), "1", 1) == 1);
    }
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    CHECK((about.st_mode & 07777 & ~0640u) == 0);
    const auto again = open_trusted_to_append(file);
    REQUIRE(again.has_value());
    REQUIRE(::write(again->get(), "2", 1) == 1);
    CHECK(test::bytes_of(file) == "12");

    fs::create_symlink(file, folder.path() / "link");
    CHECK(says(open_trusted_to_append(folder.path() / "link").error().why(), "symbolic link"));
    set_mode(file, 0644);
    CHECK(says(open_trusted_to_append(file).error().why(), "other users may use it"));
    set_mode(folder.path(), 0777);
    CHECK(says(open_trusted_to_append(folder.path() / "new").error().why(), "other users may write to the folder"));
    CHECK_FALSE(fs::exists(folder.path() / "new"));
}
