#include "base/secret.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "catch.hpp"

using namespace toolrack;

namespace {

bool is_zeroed(const char* bytes, std::size_t size) {
    return std::all_of(bytes, bytes + size, [](char byte) { return byte == 0; });
}

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string text;
    char piece[512];
    while (const auto got = std::fread(piece, 1, sizeof piece, pipe.get())) text.append(piece, got);
    return text;
}

}  // namespace

static_assert(!std::is_copy_constructible_v<secret> && !std::is_copy_assignable_v<secret>);
static_assert(!std::is_convertible_v<secret, std::string> && !std::is_convertible_v<secret, std::string_view>);
static_assert(!std::is_constructible_v<bool, secret>);

TEST_CASE("a secret that was moved from is empty, with its small buffer zeroed") {
    secret from("hunter2");  // short enough to lie inside the object
    const char* where = from.reveal().data();
    const secret to(std::move(from));
    CHECK(to.reveal() == "hunter2");
    CHECK(from.empty());
    CHECK(is_zeroed(where, 7));
}

TEST_CASE("an assigned secret is zeroed before its memory is freed") {
    const std::string first(60, 'x'), second(60, 'y');
    secret kept(first), next(second);
    const char* old = kept.reveal().data();
    kept = std::move(next);
    CHECK(kept.reveal() == second);
    CHECK(next.empty());
    // libstdc++ hands the old buffer over to the one moved from, so it is still there to be looked at.
    REQUIRE(next.reveal().data() == old);
    CHECK(is_zeroed(old, 60));
}

TEST_CASE("a secret assigned to itself keeps its value") {
    secret kept("hunter2");
    auto& same = kept;
    kept = std::move(same);
    CHECK(kept.reveal() == "hunter2");
}

TEST_CASE("a destroyed secret leaves zeros") {
    alignas(secret) unsigned char storage[sizeof(secret)];
    auto* made = new (storage) secret("hunter2");
    const auto at = static_cast<std::size_t>(made->reveal().data() - reinterpret_cast<char*>(storage));
    REQUIRE(at < sizeof storage);
    made->~secret();
    CHECK(is_zeroed(reinterpret_cast<const char*>(storage) + at, 7));
}

TEST_CASE("wiping a string clears its whole capacity") {
    std::string text(100, 'x');
    const auto whole = text.capacity();
    text.resize(3);
    wipe(text);
    CHECK(text.empty());
    CHECK(text.capacity() == whole);
    CHECK(is_zeroed(text.data(), 100));
}

TEST_CASE("an explicit copy of a secret is independent") {
    secret one("hunter2");
    const auto other = one.copy();
    one = secret();
    CHECK(one.empty());
    CHECK(other.reveal() == "hunter2");
    CHECK(other.size() == 7);
}

TEST_CASE("a secret taken from the environment is not in /proc/self/environ any more") {
    const std::string canary = "canary-5f1d3c";
    const auto shown = output_of("TOOLRACK_TEST_SECRET=" + canary + " TOOLRACK_TEST_OTHER=stays " + SECRET_PROBE);
    CAPTURE(shown);
    CHECK(shown.find("taken=" + canary + "\n") != std::string::npos);
    CHECK(shown.find("getenv=gone\n") != std::string::npos);
    const auto environment = shown.substr(shown.find("environ="), shown.find("hidden=") - shown.find("environ="));
    CHECK(environment.find(canary) == std::string::npos);
    CHECK(environment.find("TOOLRACK_TEST_OTHER=stays") != std::string::npos);
}

TEST_CASE("a hidden environment is not in /proc/self/environ, and still available") {
    const auto shown = output_of(std::string("TOOLRACK_TEST_OTHER=stays ") + SECRET_PROBE);
    CAPTURE(shown);
    const auto at = shown.find("hidden=");
    REQUIRE(at != std::string::npos);
    CHECK(shown.substr(at, shown.find('\n', at) - at).find("TOOLRACK_TEST_OTHER") == std::string::npos);
    CHECK(shown.find("other=stays\n", at) != std::string::npos);
}

TEST_CASE("a variable that is unset or empty gives an empty secret") {
    CHECK(output_of(std::string("unset TOOLRACK_TEST_SECRET; ") + SECRET_PROBE).find("taken=\n") == 0);
    CHECK(output_of(std::string("TOOLRACK_TEST_SECRET= ") + SECRET_PROBE).find("taken=\n") == 0);
}
