// The shipped plugins leave the state of the process unchanged when they run in the server.
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
    std::erase_if(open, [](int one) { return ::fcntl(one, F_GETFD) < 0; });  // the one of the iterator
    return open;
}

struct process_state {
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
    bool operator==(const process_state&) const = default;
};

auto threads() { return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator()); }

struct shipped_plugins {
    shipped_plugins() {
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
        auto settings = test::settings_named("shipped");
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

TEST_CASE("P8: no thread of a destroyed shipped plugin is left", "[host]") {
    shipped_plugins plugins;
    const auto before = threads();
    for (const auto& [file, options] : plugins.all) {
        CAPTURE(file);
        plugins.make(file, options)->close(std::chrono::seconds(5));
        CHECK(threads() == before);
    }
}

TEST_CASE("P10: a shipped plugin does not change the state of the process", "[host]") {
    shipped_plugins plugins;
    for (const auto& [file, options] : plugins.all) {
        CAPTURE(file);
        const process_state before;
        {
            auto instance = plugins.make(file, options);
            auto during = process_state();
            during.descriptors = before.descriptors;  // it may open its own
            CHECK((during == before));
            instance->close(std::chrono::seconds(5));
        }
        CHECK((process_state() == before));
    }
}

TEST_CASE("P11: the descriptors of a shipped plugin are not inherited by child processes", "[host]") {
    shipped_plugins plugins;
    std::size_t opened = 0;
    for (const auto& [file, options] : plugins.all) {
        CAPTURE(file);
        const auto before = open_descriptors();
        const auto instance = plugins.make(file, options);
        for (const int one : open_descriptors()) {
            if (before.contains(one)) continue;
            ++opened;
            CHECK((::fcntl(one, F_GETFD) & FD_CLOEXEC) != 0);
        }
        instance->close(std::chrono::seconds(5));
    }
    CHECK(opened > 0);
}
