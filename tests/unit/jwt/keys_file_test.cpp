#include "jwt/keys_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "catch.hpp"
#include "mint.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

std::string refusal_of(const fs::path& file) {
    try {
        jwt::load_keys(file);
    } catch (const failure& why) {
        CHECK(why.code() == exit_code::configuration);
        return why.what();
    }
    return "";
}

bool is_refused_with(const fs::path& file, const std::string& words) {
    const auto sentence = refusal_of(file);
    CAPTURE(sentence);
    return sentence.find(words) != std::string::npos && sentence.find(file.string()) != std::string::npos;
}

mode_t mode_of(const fs::path& file) {
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

void add_key(jwt::key_ring& ring) { ring.keys().push_back(jwt::make_key(test::noon)); }

fs::path new_keys_file(const test::temporary_folder& folder) {
    const auto file = folder.path() / "keys.toml";
    jwt::change_keys(file, jwt::when_absent::create, add_key);
    return file;
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(folder)) names.push_back(each.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST_CASE("a keys file is created for its owner only, with a lock file and nothing else beside it") {
    const test::temporary_folder folder;
    const auto file = new_keys_file(folder);
    CHECK(mode_of(file) == 0600);
    CHECK(jwt::load_keys(file).keys().size() == 1);
    CHECK(names_in(folder.path()) == std::vector<std::string>{"keys.toml", "keys.toml.lock"});
}

TEST_CASE("a change keeps mode and owner") {
    const test::temporary_folder folder;
    const auto file = new_keys_file(folder);
    ::chmod(file.c_str(), 0640);
    const bool is_root = ::geteuid() == 0;
    if (is_root) REQUIRE(::chown(file.c_str(), 0, 12345) == 0);
    jwt::change_keys(file, jwt::when_absent::fail, add_key);
    CHECK(mode_of(file) == 0640);
    CHECK(jwt::load_keys(file).keys().size() == 2);
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    if (is_root) CHECK(about.st_gid == 12345);
}

TEST_CASE("a change that throws changes nothing") {
    const test::temporary_folder folder;
    const auto file = new_keys_file(folder);
    const auto before = test::bytes_of(file);
    CHECK_THROWS_AS(jwt::change_keys(file,
                                     jwt::when_absent::fail,
                                     [](jwt::key_ring& ring) {
                                         add_key(ring);
                                         throw failure("no");
                                     }),
                    failure);
    // A change that would make the file invalid changes nothing either.
    CHECK_THROWS_AS(
        jwt::change_keys(file, jwt::when_absent::fail, [](jwt::key_ring& ring) { ring.keys().front().kid = "no id"; }),
        failure);
    CHECK(test::bytes_of(file) == before);
    CHECK(names_in(folder.path()) == std::vector<std::string>{"keys.toml", "keys.toml.lock"});
}

TEST_CASE("concurrent changes are all made") {
    const test::temporary_folder folder;
    const auto file = new_keys_file(folder);
    std::vector<std::thread> all;
    for (int n = 0; n != 8; ++n) all.emplace_back([&] { jwt::change_keys(file, jwt::when_absent::fail, add_key); });
    for (auto& one : all) one.join();
    CHECK(jwt::load_keys(file).keys().size() == 9);
}

TEST_CASE("a missing keys file is named, with how to create one") {
    const test::temporary_folder folder;
    CHECK(is_refused_with(folder.path() / "keys.toml", "There is no keys file"));
    CHECK(is_refused_with(folder.path() / "keys.toml", "toolrack key new --keys"));
    CHECK(is_refused_with(folder.path() / "no" / "keys.toml", "There is no keys file"));
    CHECK_THROWS_AS(jwt::change_keys(folder.path() / "keys.toml", jwt::when_absent::fail, add_key), failure);
    CHECK_FALSE(fs::exists(folder.path() / "keys.toml"));
}

TEST_CASE("a keys file that other users may use is refused") {
    const test::temporary_folder folder;
    const auto file = new_keys_file(folder);
    for (const mode_t good : {0600, 0640, 0400, 0440}) {
        ::chmod(file.c_str(), good);
        CHECK(refusal_of(file).empty());
    }
    for (const mode_t bad : {0604, 0644, 0660, 0620, 0602, 0666, 0777, 0700, 0650, 04600}) {
        ::chmod(file.c_str(), bad);
        CAPTURE(bad);
        CHECK(is_refused_with(file, "other users may use it"));
    }
}

TEST_CASE("a keys file of another user is refused, and one of root is not") {
    if (::geteuid() != 0) return;
    const test::temporary_folder folder;
    const auto file = new_keys_file(folder);
    REQUIRE(::chown(file.c_str(), 12345, 0) == 0);
    CHECK(is_refused_with(file, "belongs to user id 12345"));
}

TEST_CASE("a link, or anything but a regular file, is refused") {
    const test::temporary_folder folder;
    const auto file = new_keys_file(folder), link = folder.path() / "link.toml", pipe = folder.path() / "pipe.toml";
    fs::create_symlink(file, link);
    CHECK(is_refused_with(link, "is a symbolic link"));
    fs::create_symlink(folder.path() / "nowhere", folder.path() / "dangling.toml");
    CHECK(is_refused_with(folder.path() / "dangling.toml", "is a symbolic link"));
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(is_refused_with(pipe, "is not a regular file"));
    fs::create_directory(folder.path() / "folder.toml");
    CHECK(is_refused_with(folder.path() / "folder.toml", "is not a regular file"));
}

TEST_CASE("a folder above the file that other users may write to is refused, unless it is sticky") {
    const test::temporary_folder folder;
    const auto middle = folder.path() / "a", last = middle / "b";
    fs::create_directories(last);
    const auto file = last / "keys.toml";
    jwt::change_keys(file, jwt::when_absent::create, add_key);
    CHECK(refusal_of(file).empty());
    for (const auto& which : {middle, last}) {
        for (const mode_t bad : {0777, 0770, 0733, 0720, 0702}) {
            ::chmod(which.c_str(), bad);
            CHECK(is_refused_with(file, "other users may write to the folder " + which.string()));
        }
        ::chmod(which.c_str(), 01777);
        CHECK(refusal_of(file).empty());
        ::chmod(which.c_str(), 0755);
    }
    // The folders are those after resolving links, not those in the given path.
    fs::create_directory_symlink(last, folder.path() / "short");
    CHECK(refusal_of(folder.path() / "short" / "keys.toml").empty());
    ::chmod(middle.c_str(), 0777);
    CHECK(is_refused_with(folder.path() / "short" / "keys.toml",
                          "other users may write to the folder " + middle.string()));
    if (::geteuid() == 0) {
        ::chmod(middle.c_str(), 0755);
        REQUIRE(::chown(middle.c_str(), 12345, 0) == 0);
        CHECK(is_refused_with(file, "user 12345"));
    }
}

TEST_CASE("a keys file that is too long or not TOML is refused") {
    const test::temporary_folder folder;
    const auto file = new_keys_file(folder);
    folder.write("keys.toml", std::string(65 * 1024, '#'));
    CHECK(is_refused_with(file, "longer than"));
    folder.write("keys.toml", "schema 1");
    CHECK(is_refused_with(file, ":1:"));
}
