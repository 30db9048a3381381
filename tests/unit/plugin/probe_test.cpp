#include "plugin/process/probe.hpp"

#include <toolrack/json.hpp>

#include <string>

#include "captured_log.hpp"
#include "catch.hpp"
#include "plugins.hpp"
#include "wire/json.hpp"

using namespace toolrack;

namespace {

std::optional<std::string> probed(const std::filesystem::path& file) {
    test::captured_log log;
    return plugin::probe_in_worker(test::worker_program(), log)(file);
}

std::string inspected(const std::filesystem::path& file) {
    test::captured_log log;
    auto answer = plugin::inspect(test::worker_program(), file, log);
    if (!answer) return "refused: " + answer.error().why();
    CHECK_FALSE(wire::check_json(*answer));
    return *answer;
}

}  // namespace

TEST_CASE("a valid library passes the probe") { CHECK_FALSE(probed(test::shipped("echo"))); }

TEST_CASE("a library fails the probe when the program is not a worker") {
    test::captured_log log;
    const program no_worker("/bin/true");
    CHECK(plugin::probe_in_worker(no_worker, log)(test::shipped("echo")) == "it exited during confinement (status 0)");
}

TEST_CASE("inspect shows the description and the features of a library") {
    const auto text = inspected(test::shipped("echo"));
    const json::value about(text);
    CHECK(about.at("id").str() == "toolrack.echo");
    CHECK(about.at("version").str() == "1.0.0");
    CHECK(about.at("abi").str() == "1.0");
    CHECK(about.at("description").at("kinds").at(0).str() == "tools");
    CHECK(about.at("features").size() == 1);
    CHECK(about.at("features").at(0).at("kind").str() == "tool");
    CHECK(about.at("features").at(0).at("definition").at("name").str() == "echo");
}

TEST_CASE("inspect shows all features") {
    const auto text = inspected(test::test_plugin("scripted"));
    CHECK(json::value(text).at("features").size() == 10);
}

TEST_CASE("inspect shows the description of a plugin that fails without options, and the error") {
    const auto text = inspected(test::hostile("complains"));
    const json::value about(text);
    CHECK(about.at("id").str() == "org.example.hostile");
    CHECK_FALSE(about.find("features"));
    CHECK(about.at("featuresError").str() == "its create() failed: The database is missing; create it.");

    const auto list = inspected(test::test_plugin("cannot-list"));
    CHECK(json::value(list).at("featuresError").str() == "its list() failed");
}

TEST_CASE("inspect of a library that is no plugin is an error with the reason") {
    CHECK(inspected(test::hostile("wrong-entry")).find("refused: it does not export toolrack_plugin_v1") == 0);
    CHECK(inspected(test::hostile("crash-in-constructor")).find("refused: it crashed during loading") == 0);
}
