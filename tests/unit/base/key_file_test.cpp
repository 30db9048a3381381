#include "base/key_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

mode_t mode_of_key(const fs::path& file) {
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

fs::path key_file(const test::temporary_folder& folder, const std::string& bytes, mode_t mode = 0600) {
    auto file = folder.write("seal.key", bytes);
    ::chmod(file.c_str(), mode);
    return file;
}

std::string refusal_of(const fs::path& file) {
    try {
        load_or_make_key(file);
    } catch (const failure& why) {
        return why.what();
    }
    return "";
}

std::ptrdiff_t files_in(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

const std::string good(43, 'A');

}  // namespace

TEST_CASE("a missing key file is created, and read the next time") {
    const test::temporary_folder folder;
    const auto file = folder.path() / "seal.key";
    const auto made = load_or_make_key(file);
    CHECK(made.size() == 32);
    CHECK(mode_of_key(file) == 0600);
    CHECK(test::bytes_of(file) == base64url(made.reveal()));
    CHECK(load_or_make_key(file).reveal() == made.reveal());
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("two created key files have different keys") {
    const test::temporary_folder folder;
    CHECK(load_or_make_key(folder.path() / "a").reveal() != load_or_make_key(folder.path() / "b").reveal());
}

TEST_CASE("concurrent creation of a key file returns the same key to all") {
    const test::temporary_folder folder;
    std::vector<std::string> keys(8);
    std::vector<std::thread> makers;
    for (auto& key : keys) makers.emplace_back([&] { key = load_or_make_key(folder.path() / "seal.key").reveal(); });
    for (auto& maker : makers) maker.join();
    for (const auto& key : keys) CHECK(key == keys.front());
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a key file may end in a newline and may be read-only") {
    const test::temporary_folder folder;
    CHECK(load_or_make_key(key_file(folder, good + "\n")).reveal() == std::string(32, '\0'));
    CHECK(load_or_make_key(key_file(folder, good, 0400)).reveal() == std::string(32, '\0'));
}

TEST_CASE("a key file that other users may use is refused with its mode and not changed") {
    const test::temporary_folder folder;
    for (const auto& [mode, shown] :
         {std::pair{0644u, "0644"}, {0640u, "0640"}, {0660u, "0660"}, {0604u, "0604"}, {0620u, "0620"}}) {
        const auto file = key_file(folder, good, mode);
        CHECK(refusal_of(file) ==
              "The key file " + file.string() + " has mode " + shown +
                  ", so other users may read or write it. Remove it to have a new key created, or, if "
                  "no other user can have read it, set its mode to 0600.");
        CHECK(test::bytes_of(file) == good);
    }
}

TEST_CASE("the error for a key file of another user names both users") {
    if (::geteuid() != 0) return;  // only root can give a file away
    const test::temporary_folder folder;
    const auto file = key_file(folder, good);
    REQUIRE(::chown(file.c_str(), 12345, 12345) == 0);
    CHECK(refusal_of(file) == "The key file " + file.string() +
                                  " belongs to user id 12345, but this process runs as user id 0. Change "
                                  "its owner to the user that runs Toolrack, with mode 0600.");
}

TEST_CASE("a file that does not contain exactly one key is refused and the error does not show its bytes") {
    const test::temporary_folder folder;
    for (const auto& bytes : std::vector<std::string>{"",
                                                      "\n",
                                                      std::string(42, 'A'),
                                                      std::string(44, 'A'),
                                                      good + "\n\n",
                                                      good + "\r\n",
                                                      " " + good,
                                                      std::string(42, 'A') + "=",
                                                      std::string(42, 'A') + "+",
                                                      std::string(42, 'A') + "B",
                                                      std::string(100'000, 'A')}) {
        const auto file = key_file(folder, bytes);
        CHECK(refusal_of(file) == "The key file " + file.string() +
                                      " does not hold a key: expected 43 characters of base64url and nothing else. "
                                      "Remove it to have a new key created.");
        CHECK(test::bytes_of(file) == bytes);
    }
}

TEST_CASE("a key file that is not a regular file is refused without blocking") {
    const test::temporary_folder folder;
    CHECK(refusal_of(folder.path()).ends_with(" is not a regular file."));
    const auto pipe = folder.path() / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(refusal_of(pipe).ends_with(" is not a regular file."));
    const auto link = folder.path() / "link";
    fs::create_symlink(folder.path() / "nowhere", link);
    CHECK(refusal_of(link).ends_with(" is a dangling symbolic link."));
    CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("the error for a key file that cannot be created has the reason") {
    const test::temporary_folder folder;
    const auto file = folder.path() / "missing" / "seal.key";
    CHECK(refusal_of(file) == "The key file " + file.string() + " cannot be created: No such file or directory.");
}
