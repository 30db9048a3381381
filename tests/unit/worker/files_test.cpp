#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <openssl/crypto.h>

#include "confined_child.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
using namespace toolrack::test;
namespace fs = std::filesystem;

namespace {

std::string opened(const fs::path& file, int how = O_RDONLY) { return outcome(::open(file.c_str(), how, 0600)); }

std::string can_open(const plugin::confinement& wanted, const fs::path& file, int how = O_RDONLY) {
    return run_confined(wanted, [&] { return opened(file, how); });
}

}  // namespace

TEST_CASE("without permissions no other files can be read") {
    if (lacks_landlock()) return;
    const temporary_folder folder;
    const auto file = folder.write("secret", "x");
    for (const fs::path& path : {file,
                                 fs::path("/etc/passwd"),
                                 fs::path("/etc/shadow"),
                                 fs::path("/root"),
                                 fs::path("/etc"),
                                 fs::path("/proc"),
                                 fs::path("/tmp"),
                                 fs::path("/etc/hosts"),
                                 fs::path("/etc/ssl/certs")}) {
        if (!fs::exists(path)) continue;
        INFO(path);
        CHECK(can_open(no_permissions(), path) == "EACCES");
    }
}

TEST_CASE("without permissions nothing can be written, created, moved or removed") {
    if (lacks_landlock()) return;
    const temporary_folder folder;
    const auto file = folder.write("there", "x");
    const auto done = [&](auto action) { return run_confined(no_permissions(), action); };
    CHECK(can_open(no_permissions(), file, O_WRONLY) == "EACCES");
    CHECK(can_open(no_permissions(), folder.path() / "new", O_WRONLY | O_CREAT) == "EACCES");
    CHECK(can_open(no_permissions(), folder.path(), O_RDWR | O_TMPFILE) == "EACCES");
    CHECK(done([&] { return outcome(::mkdir((folder.path() / "new").c_str(), 0700)); }) == "EACCES");
    CHECK(done([&] { return outcome(::unlink(file.c_str())); }) == "EACCES");
    CHECK(done([&] { return outcome(::rename(file.c_str(), (folder.path() / "b").c_str())); }) == "EACCES");
    CHECK(done([&] { return outcome(::symlink("x", (folder.path() / "b").c_str())); }) == "EACCES");
    CHECK(bytes_of(file) == "x");
}

TEST_CASE("operations on files that Landlock does not restrict are forbidden") {
    const temporary_folder folder;
    const auto file = folder.write("there", "x");
    const auto* path = file.c_str();
    auto wanted = no_permissions();
    wanted.granted.write = {folder.path()};
    const auto done = [&](auto action) { return run_confined(wanted, action); };
    CHECK(done([&] { return outcome(::chmod(path, 0666)); }) == "EPERM");
    CHECK(done([&] { return outcome(::fchmodat(AT_FDCWD, path, 0666, 0)); }) == "EPERM");
    CHECK(done([&] { return outcome(::chown(path, 1, 1)); }) == "EPERM");
    CHECK(done([&] { return outcome(::lchown(path, 1, 1)); }) == "EPERM");
    CHECK(done([&] { return outcome(::fchmod(::open(path, O_RDWR), 0666)); }) == "EPERM");
    CHECK(done([&] { return outcome(::fchmod(::open(path, O_RDWR), 04700)); }) == "EPERM");
    CHECK(done([&] { return outcome(::fchown(::open(path, O_RDWR), 1, 1)); }) == "EPERM");
    CHECK(done([&] { return outcome(::utimensat(AT_FDCWD, path, nullptr, 0)); }) == "EPERM");
    CHECK((fs::status(file).permissions() & fs::perms::others_write) == fs::perms::none);
}

TEST_CASE("a path that is granted for reading can only be read") {
    if (lacks_landlock()) return;
    const temporary_folder folder;
    fs::create_directories(folder.path() / "a/b");
    const auto file = folder.write("a/b/file", "x"), other = folder.write("other", "x");
    fs::create_directory_symlink(folder.path() / "a", folder.path() / "link");
    auto wanted = no_permissions();
    for (const auto& path : {folder.path() / "a", file, folder.path() / "link"}) {
        INFO(path);
        wanted.granted.read = {path};
        CHECK(can_open(wanted, file) == "done");
        CHECK(can_open(wanted, other) == "EACCES");
        CHECK(can_open(wanted, file, O_WRONLY) == "EACCES");
        CHECK(can_open(wanted, file, O_RDWR) == "EACCES");
    }
}

TEST_CASE("a readable file cannot be truncated, on any kernel") {
    if (lacks_landlock()) return;
    const temporary_folder folder;
    const auto file = folder.write("file", "x");
    auto wanted = no_permissions();
    wanted.granted.read = {folder.path()};
    const auto refused = can_open(wanted, file, O_RDONLY | O_TRUNC);
    CHECK((refused == "EACCES" || refused == "EPERM"));
    const auto cut = run_confined(wanted, [&] { return outcome(::truncate(file.c_str(), 0)); });
    CHECK((cut == "EACCES" || cut == "EPERM"));
    CHECK(bytes_of(file) == "x");
}

TEST_CASE("files below a path that is granted for writing can be written, read, moved and removed") {
    const temporary_folder folder;
    fs::create_directory(folder.path() / "mine");
    auto wanted = no_permissions();
    wanted.granted.write = {folder.path() / "mine"};
    const auto text = run_confined(wanted, [&] {
        const auto file = folder.path() / "mine/file";
        fs::create_directories(folder.path() / "mine/a/b");
        std::ofstream(file) << "text";
        fs::rename(file, folder.path() / "mine/a/b/file");
        std::ofstream(folder.path() / "mine/gone") << "x";
        fs::remove(folder.path() / "mine/gone");
        return bytes_of(folder.path() / "mine/a/b/file");
    });
    CHECK(text == "text");
    CHECK(bytes_of(folder.path() / "mine/a/b/file") == "text");
    CHECK_FALSE(fs::exists(folder.path() / "mine/gone"));
    if (lacks_landlock()) return;
    CHECK(can_open(wanted, folder.path() / "new", O_WRONLY | O_CREAT) == "EACCES");
}

TEST_CASE("a plugin has a state folder that no other plugin can open") {
    const temporary_folder folder;
    auto wanted = no_permissions();
    wanted.state = plugin::state_folder_of(folder.path(), "orders");
    CHECK(wanted.state == folder.path() / "plugins/orders");
    CHECK(can_open(wanted, wanted.state / "file", O_WRONLY | O_CREAT) == "done");
    CHECK(fs::status(wanted.state).permissions() == fs::perms::owner_all);
    CHECK(fs::status(wanted.state.parent_path()).permissions() == fs::perms::owner_all);
    fs::permissions(wanted.state, fs::perms::all);
    CHECK(can_open(wanted, wanted.state / "file") == "done");  // it exists
    CHECK(fs::status(wanted.state).permissions() == fs::perms::owner_all);
    if (lacks_landlock()) return;
    folder.write("seal.key", "x");
    auto other = wanted;
    other.state = plugin::state_folder_of(folder.path(), "other");
    CHECK(can_open(other, wanted.state / "file") == "EACCES");
    CHECK(can_open(other, folder.path() / "seal.key") == "EACCES");
    CHECK(can_open(other, other.state.parent_path()) == "EACCES");
}

TEST_CASE("a state folder that cannot be used is an error") {
    const temporary_folder folder;
    auto wanted = no_permissions();
    fs::create_directories(folder.path() / "plugins");
    fs::create_directory_symlink("/tmp", folder.path() / "plugins/link");
    folder.write("plugins/file", "x");
    for (const auto* name : {"link", "file"}) {
        wanted.state = plugin::state_folder_of(folder.path(), name);
        CHECK(can_open(wanted, "/dev/null") ==
              "refused: its state directory " + wanted.state.string() + " cannot be used: it is not a directory");
    }
    wanted.state = "/proc/plugins/x";
    CHECK(can_open(wanted, "/dev/null").find("refused: its state directory /proc/plugins/x cannot be used: ") == 0);
}

TEST_CASE("without a state directory of the server there is no state folder") {
    CHECK(plugin::state_folder_of({}, "orders").empty());
}

TEST_CASE("a library and the libraries that it needs can be loaded") {
    CHECK(run_confined(no_permissions(), [] {
              const void* opened = ::dlopen(no_permissions().library.c_str(), RTLD_NOW | RTLD_LOCAL);
              return std::string(opened ? "opened" : ::dlerror());
          }) == "opened");
    CHECK(run_confined(no_permissions(), [] {
              const void* opened = ::dlopen("libresolv.so.2", RTLD_NOW | RTLD_LOCAL);
              return std::string(opened ? "opened" : ::dlerror());
          }) == "opened");
}

TEST_CASE("no other library than the checked one can be loaded") {
    if (lacks_landlock()) return;
    const temporary_folder folder;
    fs::copy_file(no_permissions().library, folder.path() / "other.so");
    const auto text = run_confined(no_permissions(), [&] {
        const void* opened = ::dlopen((folder.path() / "other.so").c_str(), RTLD_NOW);
        return std::string(opened ? "opened" : ::dlerror());
    });
    CHECK(text.find("Permission denied") != std::string::npos);
}

TEST_CASE("time zones need no permission") {
    if (!fs::exists("/usr/share/zoneinfo/Asia/Kolkata")) return not_run("this system has no time zones");
    CHECK(run_confined(no_permissions(), [] {
              ::setenv("TZ", "Asia/Kolkata", 1);
              ::tzset();
              const std::time_t noon = 12 * 60 * 60;
              std::tm shown{};
              ::localtime_r(&noon, &shown);
              return std::to_string(shown.tm_hour) + ":" + std::to_string(shown.tm_min);
          }) == "17:30");
}

TEST_CASE("locales and cryptography need no permission") {
    CHECK(run_confined(no_permissions(),
                       [] { return std::string(std::setlocale(LC_ALL, "C.UTF-8") ? "set" : "not there"); }) == "set");
    CHECK(run_confined(no_permissions(), [] {
              return std::string(OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr) == 1 ? "ready" : "not ready");
          }) == "ready");
    CHECK(can_open(no_permissions(), "/dev/null", O_WRONLY | O_TRUNC) == "done");
    CHECK(can_open(no_permissions(), "/dev/urandom") == "done");
}

TEST_CASE("a granted path that does not exist is a warning") {
    if (lacks_landlock()) return;
    auto wanted = no_permissions();
    CHECK(warnings_of(wanted).empty());
    wanted.granted.read = {"/no/such/file"};
    wanted.granted.write = {"/no/such/folder"};
    CHECK(warnings_of(wanted) == "its sandbox grants /no/such/file, which does not exist\n"
                                 "its sandbox grants /no/such/folder, which does not exist\n");
}
