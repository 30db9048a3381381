#include "plugin/needs.hpp"

#include <string>

#include "catch.hpp"
#include "plugin/process/confinement.hpp"
#include "plugin/process/permissions.hpp"

using namespace toolrack;
using strings = std::vector<std::string>;

namespace {

std::string
missing(std::string_view needs, const config::sandbox& granted = {}, const std::string& isolation = "process") {
    config::plugin settings;
    settings.isolation = isolation;
    settings.sandbox = granted;
    settings.where = {"t.toml", 7, 1};
    return plugin::missing_permissions(needs, settings).value_or("");
}

std::string unreadable(std::string_view needs) {
    const auto read = plugin::read_needs(needs);
    return read ? "" : read.error().why();
}

constexpr auto add = ". To grant it, write in its [[plugin]] (t.toml:7:1): ";

}  // namespace

TEST_CASE("a plugin without needs lacks no permission") {
    CHECK(missing("{}").empty());
    CHECK(missing(R"({"network":false,"processes":0,"read":[],"write":[]})").empty());
}

// CONTRACT.md, P2.
TEST_CASE("missing permissions are reported with the line that grants them") {
    CHECK(missing(R"({"network":true})") ==
          std::string("it needs more than its sandbox grants: network access") + add + "sandbox = { network = true }");
    CHECK(missing(R"({"processes":1})") ==
          std::string("it needs more than its sandbox grants: 1 process") + add + "sandbox = { processes = 1 }");
    CHECK(missing(R"({"network":true,"processes":2,"read":["/srv/a"],"write":["/srv/b/"]})") ==
          std::string("it needs more than its sandbox grants: network access, write access to /srv/b/, read access to "
                      "/srv/a and 2 processes") +
              add + R"(sandbox = { network = true, read = ["/srv/a"], write = ["/srv/b/"], processes = 2 })");
}

TEST_CASE("the line includes the present grants") {
    config::sandbox granted;
    granted.read = {"/srv/a"};
    granted.processes = 4;
    granted.memory = 64 * 1024 * 1024;
    granted.required = true;
    CHECK(missing(R"({"network":true,"read":["/srv/\"b"],"processes":3})", granted) ==
          std::string("it needs more than its sandbox grants: network access and read access to /srv/\"b") + add +
              R"(sandbox = { network = true, read = ["/srv/a", "/srv/\"b"], processes = 4, )"
              R"(memory = "64MiB", required = true })");
}

TEST_CASE("a grant covers paths below it, and no path that only starts with the same characters") {
    config::sandbox granted;
    granted.read = {"/srv/a"};
    granted.write = {"/srv/w"};
    CHECK(missing(R"({"read":["/srv/a","/srv/a/b","/srv/a/./c","/srv/w/x"],"write":["/srv/w/y"]})", granted).empty());
    CHECK_FALSE(missing(R"({"read":["/srv/ab"]})", granted).empty());
    CHECK_FALSE(missing(R"({"read":["/srv"]})", granted).empty());
    CHECK_FALSE(missing(R"({"read":["/srv/a/../b"]})", granted).empty());
    CHECK_FALSE(missing(R"({"write":["/srv/a"]})", granted).empty());
    granted.read = {"/"};
    CHECK(missing(R"({"read":["/srv/ab"]})", granted).empty());
}

TEST_CASE("paths that every plugin may read need no grant") {
    CHECK(missing(R"({"read":["/usr/share/zoneinfo"]})").empty());
    CHECK_FALSE(missing(R"({"read":["/etc/resolv.conf"]})").empty());
    config::sandbox granted;
    granted.network = true;
    CHECK(missing(R"({"read":["/etc/resolv.conf"]})", granted).empty());
    CHECK_FALSE(missing(R"({"write":["/usr/lib/x"]})").empty());
}

TEST_CASE("a plugin in the server's process needs no grant") {
    CHECK(missing(R"({"network":true,"write":["/"]})", {}, "host").empty());
}

TEST_CASE("invalid needs are refused with the reason") {
    const std::string begin = "the needs in its description are invalid: ";
    CHECK(unreadable("[]") == begin + "not a JSON object");
    CHECK(unreadable(R"({"network":1})") == begin + "\"network\" is not true or false");
    for (const auto* number : {"-1", "1.5", "\"2\"", "true"})
        CHECK(unreadable(R"({"processes":)" + std::string(number) + '}') ==
              begin + "\"processes\" is not a non-negative integer");
    CHECK(unreadable(R"({"processes":1001})") == begin + "\"processes\" is more than 1000");
    for (const auto* paths : {"\"/a\"", "[1]", "[\"a\"]", "[\"\"]", "{}"}) {
        CHECK(unreadable(R"({"read":)" + std::string(paths) + '}') ==
              begin + "\"read\" is not an array of absolute paths");
        CHECK(unreadable(R"({"write":)" + std::string(paths) + '}') ==
              begin + "\"write\" is not an array of absolute paths");
    }
    CHECK(unreadable(R"({"something":"newer"})").empty());
}

TEST_CASE("a decoded confinement equals the encoded one") {
    plugin::confinement sent;
    sent.granted = {.network = true,
                    .read = {"/a \"b\"", "/ä"},
                    .write = {"/c"},
                    .processes = 7,
                    .memory = 5'000'000'000,
                    .required = true};
    sent.library = "/run/x.so";
    sent.state = "/var/lib/toolrack/plugins/x";
    sent.threads = 9;
    const auto text = plugin::to_json(sent);
    const auto read = plugin::read_confinement(text);
    REQUIRE(read.has_value());
    CHECK(read->granted.network);
    CHECK(read->granted.required);
    CHECK(read->granted.processes == 7);
    CHECK(read->granted.memory == 5'000'000'000);
    CHECK(read->granted.read == sent.granted.read);
    CHECK(read->granted.write == sent.granted.write);
    CHECK(read->library == sent.library);
    CHECK(read->state == sent.state);
    CHECK(read->threads == 9);
    CHECK(plugin::to_json(*read) == text);
}

TEST_CASE("a confinement without one of its members is invalid") {
    const auto whole = plugin::to_json({});
    CHECK(plugin::read_confinement(whole).has_value());
    for (const auto* name :
         {"network", "required", "processes", "memory", "threads", "read", "write", "library", "state"}) {
        auto without = whole;
        without.replace(without.find('"' + std::string(name) + '"') + 1, 1, "X");
        CHECK_FALSE(plugin::read_confinement(without).has_value());
    }
    for (const auto* text : {"", "{", "[]", "null", "1"}) CHECK_FALSE(plugin::read_confinement(text).has_value());
}
