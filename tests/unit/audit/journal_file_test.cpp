#include "audit/journal_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "size_limit.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;
using test::bytes_of;

namespace {

class file_fixture {
public:
    std::string write(std::string lines) {
        auto why = file.open();
        if (why.why().empty()) why = file.write(lines);
        left = lines;
        return why.why();
    }

    test::temporary_folder folder;
    fs::path path = folder.path() / "audit.jsonl";
    audit::journal_file file{path};
    std::string left;
};

}  // namespace

TEST_CASE("lines are appended to a file that is created for owner and group") {
    file_fixture here;
    CHECK(here.write("1\n2\n").empty());
    CHECK(here.write("3\n").empty());
    CHECK(bytes_of(here.path) == "1\n2\n3\n");
    struct stat about {};
    REQUIRE(::stat(here.path.c_str(), &about) == 0);
    CHECK((about.st_mode & 07777 & ~0640u) == 0);
}

TEST_CASE("a renamed or removed file is reopened before the next line") {
    file_fixture here;
    CHECK(here.write("1\n").empty());
    fs::rename(here.path, here.folder.path() / "old");
    CHECK(here.write("2\n").empty());
    fs::remove(here.path);
    CHECK(here.write("3\n").empty());
    CHECK(bytes_of(here.folder.path() / "old") == "1\n");
    CHECK(bytes_of(here.path) == "3\n");
}

TEST_CASE("a truncated file is continued at its new end") {
    file_fixture here;
    CHECK(here.write("1\n2\n").empty());
    fs::resize_file(here.path, 0);
    CHECK(here.write("3\n").empty());
    CHECK(bytes_of(here.path) == "3\n");
}

TEST_CASE("an incomplete line of another process is ended before the next line") {
    file_fixture here;
    here.folder.write("audit.jsonl", R"({"torn)");
    ::chmod(here.path.c_str(), 0600);
    CHECK(here.write("1\n").empty());
    CHECK(bytes_of(here.path) == "{\"torn\n1\n");
}

TEST_CASE("on a full disk the file has whole lines and the others are kept") {
    file_fixture here;
    test::size_limit disk(10);
    CHECK(here.write("1234\n56789\nabc\n") == "File too large");
    CHECK(bytes_of(here.path) == "1234\n");
    CHECK(here.left == "56789\nabc\n");
    CHECK_FALSE(here.write(here.left).empty());
    CHECK(bytes_of(here.path) == "1234\n");
    disk.lift();
    CHECK(here.write(here.left).empty());
    CHECK(bytes_of(here.path) == "1234\n56789\nabc\n");
}

TEST_CASE("a file that is not regular or not trusted is refused") {
    file_fixture here;
    fs::create_directory(here.path);
    CHECK_FALSE(here.write("1\n").empty());
    fs::remove(here.path);

    const auto elsewhere = here.folder.write("elsewhere", "");
    fs::create_symlink(elsewhere, here.path);
    CHECK(here.write("1\n") == "it is a symbolic link; name the file itself");
    CHECK(bytes_of(elsewhere).empty());
    fs::remove(here.path);

    REQUIRE(::mkfifo(here.path.c_str(), 0600) == 0);
    CHECK(here.write("1\n") == "it is not a regular file");
    fs::remove(here.path);

    here.folder.write("audit.jsonl", "");
    ::chmod(here.path.c_str(), 0666);
    CHECK(here.write("1\n").find("other users may use it (mode 0666)") == 0);
    ::chmod(here.path.c_str(), 0640);
    ::chmod(here.folder.path().c_str(), 0777);
    CHECK(here.write("1\n").find("other users may write to the folder") == 0);
    ::chmod(here.folder.path().c_str(), 0700);
    CHECK(here.write("1\n").empty());

    CHECK(audit::journal_file("/dev/full").open().why() == "it is not a regular file");
    CHECK_FALSE(audit::journal_file(here.folder.path() / "none/audit.jsonl").open().why().empty());
}
