#include "base/replace_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& file) {
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

std::size_t count_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a new file has the requested mode, and a replaced file keeps its mode") {
    const test::temporary_folder folder;
    const auto file = folder.path() / "list";
    replace_file(file, "one", {.mode = 0640});
    CHECK(test::bytes_of(file) == "one");
    CHECK(mode_of(file) == 0640);
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    replace_file(file, "two", {.mode = 0640});
    CHECK(test::bytes_of(file) == "two");
    CHECK(mode_of(file) == 0600);
    CHECK(count_in(folder.path()) == 1);
}

TEST_CASE("a failed write keeps the old file and leaves no temporary file") {
    const test::temporary_folder folder;
    const auto file = folder.path() / "list";
    replace_file(file, "as it was");
    append_to_file(folder.path() / "log", "a line\n");

    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit full{64, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
    bool was_refused = false, was_refused_too = false;
    try {
        replace_file(file, std::string(100, 'x'));
    } catch (const failure& refused) {
        was_refused = std::string(refused.what()).find("cannot be written") != std::string::npos;
    }
    try {
        append_to_file(folder.path() / "log", std::string(100, 'x'));
    } catch (const failure&) {
        was_refused_too = true;
    }
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);

    CHECK(was_refused);
    CHECK(was_refused_too);
    CHECK(test::bytes_of(file) == "as it was");
    CHECK(test::bytes_of(folder.path() / "log") == "a line\n");
    CHECK(count_in(folder.path()) == 2);
}

TEST_CASE("a change waits for the lock of another change") {
    const test::temporary_folder folder;
    const auto file = folder.path() / "count";
    replace_file(file, "0");
    std::vector<std::jthread> adding;
    for (int i = 0; i < 4; ++i)
        adding.emplace_back([&file] {
            for (int k = 0; k < 25; ++k) {
                const file_lock lock(file);
                replace_file(file, std::to_string(std::stoi(test::bytes_of(file)) + 1), {.lasts = false});
            }
        });
    adding.clear();
    CHECK(test::bytes_of(file) == "100");
}

TEST_CASE("the error for a missing folder names it") {
    CHECK_THROWS_AS(replace_file("/no/such/folder/list", "x"), failure);
    CHECK_THROWS_AS(append_to_file("/no/such/folder/list", "x"), failure);
    CHECK_THROWS_AS(file_lock("/no/such/folder/list"), failure);
}
