#include <string>

#include <toolrack/testing.hpp>

#include "catch.hpp"

using toolrack::json::value;
using toolrack::testing::host;
using toolrack::testing::setup_refused;

namespace {

std::string complaint(const char* mode) {
    try {
        host here(toolrack::json::object({{"mode", mode}}).str());
    } catch (const setup_refused& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("P1: the entry always returns the same constant") {
    const toolrack_plugin* plugin = toolrack_plugin_v1();
    CHECK(plugin == toolrack_plugin_v1());
    CHECK(plugin->size == sizeof(toolrack_plugin));
    CHECK(plugin->abi_minor == TOOLRACK_ABI_MINOR);
    CHECK(std::string(plugin->id) == "org.example.fixture");
    CHECK(std::string(plugin->version) == "1.2.3");
    CHECK(value(plugin->description).at("kinds").size() == 2);
}

TEST_CASE("the ids of extensions are what they were in 1.0") {
    CHECK(std::string(TOOLRACK_ENTRY_NAME) == "toolrack_plugin_v1");
    CHECK(std::string(TOOLRACK_EXT_FEATURES) == "toolrack.features/1");
    CHECK(std::string(TOOLRACK_EXT_CHANGES) == "toolrack.changes/1");
    CHECK(std::string(TOOLRACK_EXT_AUTH) == "toolrack.auth/1");
    CHECK(std::string(TOOLRACK_EXT_AUTH_HOST) == "toolrack.auth-host/1");
    CHECK(std::string(TOOLRACK_EXT_HEALTH) == "toolrack.health/1");
}

TEST_CASE("P3: an exception of the setup function is a complaint with its text") {
    CHECK(complaint("setup_error") == "The database is unreachable; start it.");
    CHECK(complaint("missing_option") == "\"database\" is missing");
    CHECK(complaint("throws_int") == "the setup function threw an exception that is not a std::exception");
    CHECK(complaint("duplicate") == "the plugin registered the tool \"ask\" twice");
    CHECK(complaint("two_auths").starts_with("the plugin registered two auth handlers"));
}

TEST_CASE("P9: two instances are separate, although their calls have the same ids") {
    host one, other;
    CHECK(one.instance() != other.instance());
    CHECK(one.call("count").text() == "1");
    CHECK(one.call("count").text() == "2");
    CHECK(other.call("count").text() == "1");

    // Calls of both instances wait; each cancellation reaches only its own.
    const toolrack_call here = one.start({.name = "wait_owning"});
    const toolrack_call there = other.start({.name = "wait_owning"}), too = other.start({.name = "wait_owning"});
    one.cancel(here);
    CHECK(one.wait(here).text() == "1");
    other.cancel(there);
    other.cancel(too);
    CHECK(other.wait(too).text() == "1");
    CHECK(one.strays() + other.strays() == 0);
}

TEST_CASE("an instance has only the extensions that it registered") {
    host here;
    const toolrack_plugin* plugin = toolrack_plugin_v1();
    CHECK(plugin->get_extension(here.instance(), "toolrack.features/1") ==
          plugin->get_extension(here.instance(), "toolrack.features/1"));
    CHECK(plugin->get_extension(here.instance(), "toolrack.features/2") == nullptr);
    CHECK(plugin->get_extension(here.instance(), "") == nullptr);
}

TEST_CASE("changes and log lines reach the host of their instance") {
    host one, other;
    one.call("announce");
    CHECK(one.changes() == std::vector<std::string>{"tool", "test://plain"});
    CHECK(other.changes().empty());
    other.watch("test://plain", true);
    other.watch("test://plain", false);
    CHECK(other.log() == std::vector<std::string>{"watch test://plain", "unwatch test://plain"});
    CHECK(one.log().empty());
}
