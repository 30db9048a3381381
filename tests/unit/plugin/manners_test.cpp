// What ships runs in the server's process where the configuration says so, and leaves it as it found it.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catch.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

extern char** environ;

namespace {

std::set<int> open_descriptors() {
    std::set<int> open;
    for (const auto& one : fs::directory_iterator("/proc/self/fd"))
        open.insert(std::stoi(one.path().filename().string()));
    std::erase_if(open, [](int one) { return ::fcntl(one, F_GETFD) < 0; });  // by which they were listed
    return open;
}

struct surroundings_of_a_plugin {
    std::set<int> descriptors = open_descriptors();
    std::string locale = std::setlocale(LC_ALL, nullptr);
    fs::path folder = fs::current_path();
    mode_t mask = [] {
        const auto now = ::umask(0);
        ::umask(now);
        return now;
    }();
    std::vector<std::string> variables{environ, std::find(environ, environ + 100'000, nullptr)};
    std::vector<void (*)(int)> handlers = [] {
        std::vector<void (*)(int)> all;
        for (int one = 1; one < SIGRTMIN; ++one) {
            struct sigaction now {};
            ::sigaction(one, nullptr, &now);
            all.push_back(now.sa_handler);
        }
        return all;
    }();
    bool operator==(const surroundings_of_a_plugin&) const = default;
};

auto threads() { return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator()); }

struct shipped {
    shipped() {
        ::chmod(folder.write("tokens.toml", "schema = 1\n").c_str(), 0600);
        const std::string list = R"({"path":")" + (folder.path() / "tokens.toml").string() + "\"}";
        const std::string token = R"({"tokens":"3f9c2d7a41b8e06595d2c7f1a0846e3b"})";
        all = {{test::shipped("echo"), "{}"},
               {test::shipped("time"), "{}"},
               {test::shipped_backend("open-access"), "{}"},
               {test::shipped_backend("env-token"), token},
               {test::shipped_backend("token-file"), list}};
        for (const auto& [file, options] : all) test::loaded(file);
    }
    std::shared_ptr<plugin::instance> make(const fs::path& file, const std::string& options) {
        auto settings = test::settings_named("plugin_handle");
        settings.isolation = "host";
        settings.options.json = options;
        auto made = test::instance_of(file, settings, log);
        CHECK(made->list().has_value());
        return made;
    }

    test::captured_log log;
    test::temporary_folder folder;
    std::vector<std::pair<fs::path, std::string>> all;
};

}  // namespace

TEST_CASE("P8: of a shipped plugin that was destroyed no thread is left", "[host]") {
    shipped ships;
    const auto before = threads();
    for (const auto& [file, options] : ships.all) {
        CAPTURE(file);
        ships.make(file, options)->close(std::chrono::seconds(5));
        CHECK(threads() == before);
    }
}

TEST_CASE("P10: a shipped plugin leaves the process as it found it", "[host]") {
    shipped ships;
    for (const auto& [file, options] : ships.all) {
        CAPTURE(file);
        const surroundings_of_a_plugin before;
        {
            auto plugin_handle = ships.make(file, options);
            auto meanwhile = surroundings_of_a_plugin();
            meanwhile.descriptors = before.descriptors;  // those that it opened are its own
            CHECK((meanwhile == before));
            plugin_handle->close(std::chrono::seconds(5));
        }
        CHECK((surroundings_of_a_plugin() == before));
    }
}

TEST_CASE("P11: what a shipped plugin opens is not inherited by programs that are run", "[host]") {
    shipped ships;
    std::size_t opened = 0;
    for (const auto& [file, options] : ships.all) {
        CAPTURE(file);
        const auto before = open_descriptors();
        const auto plugin_handle = ships.make(file, options);
        for (const int one : open_descriptors()) {
            if (before.contains(one)) continue;
            ++opened;
            CHECK((::fcntl(one, F_GETFD) & FD_CLOEXEC) != 0);
        }
        plugin_handle->close(std::chrono::seconds(5));
    }
    CHECK(opened > 0);
}
