#include "plugin/needs.hpp"

#include <string>

#include "catch.hpp"
#include "plugin/process/confinement.hpp"

using namespace toolrack;
using strings = std::vector<std::string>;

namespace {

std::string refused(std::string_view needs, const config::sandbox& granted = {},
                    const std::string& isolation = "process") {
    config::plugin settings;
    settings.isolation = isolation;
    settings.sandbox = granted;
    settings.where = {"t.toml", 7, 1};
    return plugin::why_not_granted(needs, settings).value_or("");
}

std::string unreadable(std::string_view needs) {
    const auto read = plugin::read_needs(needs);
    return read ? "" : read.error().why();
}

constexpr auto add = ". To grant it that, write in its [[plugin]] (t.toml:7:1): ";

}  // namespace

TEST_CASE("a plugin that needs nothing is granted all that it needs") {
    CHECK(refused("{}").empty());
    CHECK(refused(R"({"network":false,"processes":0,"read":[],"write":[]})").empty());
}

// CONTRACT.md, P2.
TEST_CASE("a plugin that needs more than it was granted is told the line that grants it") {
    CHECK(refused(R"({"network":true})") ==
          std::string("it needs more than it was granted: the network") + add + "sandbox = { network = true }");
    CHECK(refused(R"({"processes":1})") ==
          std::string("it needs more than it was granted: to run 1 process") + add + "sandbox = { processes = 1 }");
    CHECK(refused(R"({"network":true,"processes":2,"read":["/srv/a"],"write":["/srv/b/"]})") ==
          std::string("it needs more than it was granted: the network, to write to /srv/b/, to read /srv/a and to run "
                      "2 processes") +
              add + R"(sandbox = { network = true, read = ["/srv/a"], write = ["/srv/b/"], processes = 2 })");
}

TEST_CASE("the line keeps what was granted before") {
    config::sandbox granted;
    granted.read = {"/srv/a"};
    granted.processes = 4;
    granted.memory = 64 * 1024 * 1024;
    granted.required = true;
    CHECK(refused(R"({"network":true,"read":["/srv/\"b"],"processes":3})", granted) ==
          std::string("it needs more than it was granted: the network and to read /srv/\"b") + add +
              R"(sandbox = { network = true, read = ["/srv/a", "/srv/\"b"], processes = 4, )"
              R"(memory = "64MiB", required = true })");
}

TEST_CASE("what lies within a grant is granted, and what only begins like it is not") {
    config::sandbox granted;
    granted.read = {"/srv/a"};
    granted.write = {"/srv/w"};
    CHECK(refused(R"({"read":["/srv/a","/srv/a/b","/srv/a/./c","/srv/w/x"],"write":["/srv/w/y"]})", granted).empty());
    CHECK_FALSE(refused(R"({"read":["/srv/ab"]})", granted).empty());
    CHECK_FALSE(refused(R"({"read":["/srv"]})", granted).empty());
    CHECK_FALSE(refused(R"({"read":["/srv/a/../b"]})", granted).empty());
    CHECK_FALSE(refused(R"({"write":["/srv/a"]})", granted).empty());
    granted.read = {"/"};
    CHECK(refused(R"({"read":["/srv/ab"]})", granted).empty());
}

TEST_CASE("what every plugin may read need not be granted") {
    CHECK(refused(R"({"read":["/usr/share/zoneinfo"]})").empty());
    CHECK_FALSE(refused(R"({"read":["/etc/resolv.conf"]})").empty());
    config::sandbox granted;
    granted.network = true;
    CHECK(refused(R"({"read":["/etc/resolv.conf"]})", granted).empty());
    CHECK_FALSE(refused(R"({"write":["/usr/lib/x"]})").empty());
}

TEST_CASE("in the server's own process nothing is withheld") {
    CHECK(refused(R"({"network":true,"write":["/"]})", {}, "host").empty());
}

TEST_CASE("needs that cannot be read are said to be so") {
    const std::string begin = "its description has needs that cannot be read: ";
    CHECK(unreadable("[]") == begin + "they are not a JSON object");
    CHECK(unreadable(R"({"network":1})") == begin + "\"network\" is not true or false");
    for (const auto* number : {"-1", "1.5", "\"2\"", "true"})
        CHECK(unreadable(R"({"processes":)" + std::string(number) + '}') ==
              begin + "\"processes\" is not a number of them");
    CHECK(unreadable(R"({"processes":1001})") == begin + "\"processes\" is more than 1000");
    for (const auto* paths : {"\"/a\"", "[1]", "[\"a\"]", "[\"\"]", "{}"}) {
        CHECK(unreadable(R"({"read":)" + std::string(paths) + '}') ==
              begin + "\"read\" is not an array of absolute paths");
        CHECK(unreadable(R"({"write":)" + std::string(paths) + '}') ==
              begin + "\"write\" is not an array of absolute paths");
    }
    CHECK(unreadable(R"({"something":"newer"})").empty());
}

TEST_CASE("a confinement arrives as it was sent") {
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

TEST_CASE("half a confinement is none") {
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
