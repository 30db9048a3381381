#include "token/credential_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/mutex.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

constexpr const char* ann = "2026-11-22T10:00:00Z tok ann\n";
constexpr const char* bob = "2026-11-22T10:00:00Z tok bob\n";

bool wait_until(const auto& claim) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!claim()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

// What the callbacks were called with.
class recorder {
public:
    token::backend_callbacks callbacks() {
        return {.log = [this](token::log_level, std::string_view line) { add(lines_, line); },
                .forget = [this](std::string_view credential) { add(forgotten_, credential); },
                .report_degraded = [this](std::string_view reason) { add(reasons_, reason); }};
    }
    bool has_logged(const std::string& words) const {
        const lock_guard lock(mutex_);
        return std::ranges::any_of(lines_, [&](const auto& line) { return line.find(words) != line.npos; });
    }
    std::vector<std::string> forgotten() const {
        const lock_guard lock(mutex_);
        return forgotten_;
    }
    std::string degraded_reason() const {
        const lock_guard lock(mutex_);
        return reasons_.empty() ? "" : reasons_.back();
    }

private:
    void add(std::vector<std::string>& to, std::string_view text) {
        const lock_guard lock(mutex_);
        to.emplace_back(text);
    }

    mutable mutex mutex_;
    std::vector<std::string> lines_, forgotten_, reasons_;
};

// Credentials that are a text; the text "broken" is not valid, and "slow" is parsed once the test allows it.
class fixture {
public:
    explicit fixture(const char* list = "") {
        write("credentials", "one");
        if (*list) write("revoked.list", list);
    }

    void write(const std::string& name, const std::string& text) const {
        const auto next = folder_.write(name + ".next", text);
        ::chmod(next.c_str(), 0600);
        fs::rename(next, folder_.path() / name);
    }
    fs::path file(const char* name) const { return folder_.path() / name; }
    token::credential_settings settings() const {
        return {.credentials = file("credentials"),
                .revocations = file("revoked.list"),
                .longest_credentials = 100,
                .how_to_create = "Create them."};
    }
    token::credential_files<std::string>::handlers handlers() {
        return {.parse =
                    [this](std::string_view text) {
                        if (text == "broken") throw failure("credentials:1: not valid");
                        if (text == "slow") (void)wait_until([this] { return is_slow_allowed.load(); });
                        return std::make_shared<const std::string>(text);
                    },
                .replaced = [](const std::string&, const std::string&) {},
                .each_second = nullptr};
    }

    recorder called;
    std::atomic<bool> is_slow_allowed = false;

private:
    test::temporary_folder folder_;
};

struct started : fixture {
    using fixture::fixture;

    std::string credentials() const { return *files.now()->credentials; }
    bool revokes(const char* id) const { return files.now()->revoked->tokens.contains(id); }

    token::credential_files<std::string> files{settings(), called.callbacks(), handlers()};
};

std::string error_of(fixture& at, const token::credential_settings& settings) {
    try {
        const token::credential_files<std::string> files(settings, at.called.callbacks(), at.handlers());
    } catch (const failure& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("both files are in force at the start, and again after each change") {
    started at(ann);
    CHECK(at.credentials() == "one");
    CHECK(at.revokes("ann"));
    at.write("credentials", "two");
    CHECK(wait_until([&] { return at.credentials() == "two"; }));
    at.write("revoked.list", std::string(ann) + bob);
    CHECK(wait_until([&] { return at.revokes("bob"); }));
    CHECK(wait_until([&] { return at.called.forgotten() == std::vector<std::string>{"ann", "bob"}; }));
}

TEST_CASE("a revocation does not wait for credentials that are being read") {
    started at;
    at.write("credentials", "slow");
    at.write("revoked.list", ann);
    CHECK(wait_until([&] { return at.revokes("ann"); }));
    CHECK(wait_until([&] { return !at.called.forgotten().empty(); }));
    CHECK(at.credentials() == "one");
    at.is_slow_allowed = true;
    CHECK(wait_until([&] { return at.credentials() == "slow"; }));
    CHECK(at.revokes("ann"));
}

TEST_CASE("credentials with an error keep the previous ones in force, and delay no revocation") {
    started at;
    at.write("credentials", "broken");
    CHECK(wait_until([&] { return at.called.has_logged("not valid; the previous version stays in force"); }));
    CHECK(at.credentials() == "one");
    at.write("revoked.list", ann);
    CHECK(wait_until([&] { return at.revokes("ann"); }));
    at.write("credentials", "two");
    CHECK(wait_until([&] { return at.called.has_logged("credentials is valid again"); }));
    CHECK(at.credentials() == "two");
    CHECK(wait_until([&] { return at.called.degraded_reason().empty(); }));
}

TEST_CASE("a revocation list with an error keeps all revocations in force, and delays no credentials") {
    started at(ann);
    at.write("revoked.list", std::string("nonsense\n") + bob);
    CHECK(wait_until([&] { return at.called.has_logged("revoked.list:1: the line is not a revocation"); }));
    CHECK(at.revokes("ann"));
    CHECK(at.revokes("bob"));
    fs::remove(at.file("revoked.list"));
    CHECK(wait_until([&] { return at.called.has_logged("earlier revocations stay in force"); }));
    at.write("credentials", "two");
    CHECK(wait_until([&] { return at.credentials() == "two"; }));
    CHECK(at.revokes("ann"));
    CHECK(at.called.degraded_reason().find("revoked.list cannot be used") != std::string::npos);
}

TEST_CASE("the degraded reason names the errors of both files") {
    started at(ann);
    at.write("credentials", "broken");
    at.write("revoked.list", "nonsense\n");
    CHECK(wait_until([&] {
        const auto reason = at.called.degraded_reason();
        return reason.find("credentials:1: not valid") != reason.npos && reason.find("revoked.list:1:") != reason.npos;
    }));
}

TEST_CASE("a file is read again after the folder above it was repaired") {
    started at;
    ::chmod(at.file("").parent_path().c_str(), 0777);
    at.write("credentials", "two");
    CHECK(wait_until([&] { return at.called.has_logged("credentials cannot be used"); }));
    CHECK(at.credentials() == "one");
    ::chmod(at.file("").parent_path().c_str(), 0700);
    CHECK(wait_until([&] { return at.credentials() == "two"; }));
}

TEST_CASE("a start with a file that cannot be used fails with what to do") {
    fixture at;
    auto settings = at.settings();
    CHECK(error_of(at, settings).empty());
    settings.must_have_revocations = true;
    CHECK(error_of(at, settings).find("though the configuration names it") != std::string::npos);
    at.write("revoked.list", std::string(ann) + "nonsense\n");
    CHECK(error_of(at, settings).find("revoked.list:2: the line is not a revocation") != std::string::npos);
    at.write("revoked.list", "");
    at.write("credentials", "broken");
    CHECK(error_of(at, settings) == "credentials:1: not valid");
    fs::remove(at.file("credentials"));
    CHECK(error_of(at, settings).ends_with("credentials cannot be used: No such file or directory. Create them."));
}

TEST_CASE("callbacks after a reload see every change up to then") {
    started at;
    for (int n = 0; n != 100; ++n) {
        const auto text = std::to_string(n);
        at.write("credentials", text);
        std::atomic<bool> was_called = false, was_seen = false;
        REQUIRE(at.files.after_reload([&] {
            was_seen = at.credentials() == text;
            was_called = true;
        }));
        REQUIRE(wait_until([&] { return was_called.load(); }));
        CHECK(was_seen);
    }
}
