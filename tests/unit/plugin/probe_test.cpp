#include "plugin/probe.hpp"

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
    return plugin::probe(test::worker_program(), file, log);
}

std::string inspected(const std::filesystem::path& file) {
    test::captured_log log;
    auto answer = plugin::inspect(test::worker_program(), file, log);
    if (!answer) return "refused: " + answer.error().why();
    CHECK_FALSE(wire::check_json(*answer));
    return *answer;
}

}  // namespace

TEST_CASE("a good library passes the probe") { CHECK_FALSE(probed(test::shipped("echo"))); }

TEST_CASE("a program that is no prober makes no library look good") {
    test::captured_log log;
    CHECK(plugin::probe(program("/bin/true"), test::shipped("echo"), log) ==
          "it ended the process while it was confined (exit status 0)");
}

TEST_CASE("inspecting shows what a library is and what it offers") {
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

TEST_CASE("inspecting shows all features, with commas between them") {
    const auto text = inspected(test::build_folder / "test-plugins/patient.so");
    CHECK(json::value(text).at("features").size() == 10);
}

TEST_CASE("inspecting a plugin that cannot be set up without options shows the rest, and why") {
    const auto text = inspected(test::hostile("complains"));
    const json::value about(text);
    CHECK(about.at("id").str() == "org.example.hostile");
    CHECK_FALSE(about.find("features"));
    CHECK(about.at("featuresError").str() == "it cannot be set up: The moon is in the wrong quarter; wait a week.");

    const auto list = inspected(test::build_folder / "test-plugins/cannot-list.so");
    CHECK(json::value(list).at("featuresError").str() == "it could not list its features");
}

TEST_CASE("inspecting what is no plugin says why") {
    CHECK(inspected(test::hostile("wrong-entry")).find("refused: it does not export toolrack_plugin_v1") == 0);
    CHECK(inspected(test::hostile("crash-in-constructor")).find("refused: it crashed while it was loaded") == 0);
}
