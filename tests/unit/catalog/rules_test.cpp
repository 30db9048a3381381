#include "catalog/rules.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catalog/catalog.hpp"
#include "catch.hpp"
#include "io_fixture.hpp"
#include "plugins.hpp"
#include "principals.hpp"

using namespace toolrack;
using namespace std::chrono_literals;
using scopes = std::vector<std::string>;

namespace {

std::string in_json(const scopes& all) {
    std::string text = "[";
    for (const auto& one : all) (text += text.size() > 1 ? ",\"" : "\"") += one + '"';
    return text + ']';
}

config::plugin settings(std::vector<config::tool_rule> rules, std::optional<scopes> of_all = std::nullopt) {
    config::plugin made;
    made.name = "orders";
    made.tools = std::move(rules);
    made.scopes = std::move(of_all);
    return made;
}

// What a plugin in an instance of these settings offers.
catalog::offer offered(const config::plugin& settings, test::captured_log& log, const std::string& file = "guarded") {
    auto offer = catalog::list_features(test::instance_of(test::hostile(file), settings, log));
    REQUIRE(offer.has_value());
    return std::move(*offer);
}

scopes names_in(const catalog::offer& offer) {
    scopes names;
    for (const auto& one : offer.tools) names.push_back(one.name);
    return names;
}

}  // namespace

TEST_CASE("a glob matches whole names") {
    struct row {
        std::string_view name, glob;
        bool fits;
    };
    for (const auto& [name, glob, fits] : {
             row{"orders_write", "orders_write", true},
             row{"orders_write", "*_write", true},
             row{"orders_write", "orders_*", true},
             row{"orders_write", "*", true},
             row{"orders_write", "**", true},
             row{"orders_write", "o*w*e", true},
             row{"orders_write", "*orders_write*", true},
             row{"orders_write", "orders?write", true},
             row{"orders_write", "????????????", true},
             row{"orders_write", "?????????????", false},
             row{"orders_write", "*?", true},
             row{"orders_write", "_write", false},
             row{"orders_write", "orders", false},
             row{"orders_write", "ORDERS_*", false},
             row{"orders_write", "*_read", false},
             row{"orders_write", "", false},
             row{"a", "?", true},
             row{"a", "?*", true},
             row{"a", "*a*a*", false},
             row{"aba", "*a", true},
             row{"abab", "*ab", true},
             row{"aab", "*ab", true},
             row{"mississippi", "*iss*ip*", true},
             row{"mississippi", "*issip*iss*", false},
             row{"a.b", "a?b", true},
             row{"a.b", "a.b", true},
             row{"axb", "a.b", false},
         }) {
        CAPTURE(name, glob);
        CHECK(catalog::matches_glob(name, glob) == fits);
    }
}

TEST_CASE("a glob with many stars is matched quickly") {
    std::string glob;
    for (int i = 0; i < 60; ++i) glob += "*a";
    const auto begun = std::chrono::steady_clock::now();
    CHECK_FALSE(catalog::matches_glob(std::string(128, 'a') + "b", glob));
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(1));
}

TEST_CASE("the tool's rule comes before the instance's scopes, they before what the plugin suggests, and its name is "
          "last") {
    const scopes suggested{"suggested"};
    const config::tool_rule rule{"a*", scopes{"rule"}, {}};
    struct row {
        config::plugin settings;
        std::optional<scopes> suggested;
        scopes tool, other;
    };
    for (const auto& [said, suggests, tool, other] : {
             row{settings({rule}, scopes{"instance"}), suggested, {"rule"}, {"instance"}},
             row{settings({rule}), suggested, {"rule"}, {"suggested"}},
             row{settings({rule}), std::nullopt, {"rule"}, {"orders"}},
             row{settings({}, scopes{"instance"}), suggested, {"instance"}, {"instance"}},
             row{settings({}, scopes{"instance"}), std::nullopt, {"instance"}, {"instance"}},
             row{settings({}), suggested, {"suggested"}, {"suggested"}},
             row{settings({}), std::nullopt, {"orders"}, {"orders"}},
             // To say that nothing is needed is to say something.
             row{settings({{"a*", scopes{}, {}}}, scopes{"instance"}), suggested, {}, {"instance"}},
             row{settings({}, scopes{}), suggested, {}, {}},
             row{settings({}), scopes{}, {}, {}},
         }) {
        CHECK(catalog::required_of_tool(said, "abc", suggests).scopes() == tool);
        CHECK(catalog::required_of_other(said, suggests).scopes() == other);
    }
}

TEST_CASE("the first rule that matches the name without the prefix applies") {
    test::captured_log log;
    auto said = settings({{"orders_*", scopes{"first"}, {}},
                          {"*_write", scopes{"second"}, {}},
                          {"orders_orders_*", scopes{"prefixed"}, {}}});
    said.prefix = "orders_";
    const auto offer = offered(said, log);
    for (const auto& tool : offer.tools) {
        CAPTURE(tool.name);
        if (tool.own_name.starts_with("orders_")) CHECK(tool.needs.scopes() == scopes{"first"});
        else CHECK(tool.needs.scopes() != scopes{"second"});
    }
    REQUIRE(offer.warnings.size() == 2);
    CHECK(offer.warnings[0].ends_with(
        "plugin.tool.match \"*_write\" has no effect: an earlier rule matches every tool that it matches"));
    CHECK(offer.warnings[1].ends_with("plugin.tool.match \"orders_orders_*\" matches no tool of orders, which has "
                                      "status, orders_read, orders_write, plain, says_it_writes, touch"));
}

TEST_CASE("a rule without scopes or timeout leaves them to the next rule") {
    test::captured_log log;
    const auto offer = offered(settings({{"orders_*", std::nullopt, {}, 5s},
                                         {"*_write", scopes{"writes"}, {}, 7s},
                                         {"touch", std::nullopt, {}, 1s},
                                         {"t*h", scopes{}, {}}}),
                               log);
    CHECK(offer.warnings.empty());
    for (const auto& tool : offer.tools) {
        CAPTURE(tool.name);
        if (tool.name == "orders_write") CHECK(tool.needs.scopes() == scopes{"writes"});
        if (tool.name.starts_with("orders_")) CHECK(tool.timeout == 5s);
        else if (tool.name == "touch") CHECK(tool.timeout == 1s);
        else CHECK_FALSE(tool.timeout);
        if (tool.name == "touch") CHECK(tool.needs.scopes().empty());
    }
}

TEST_CASE("rules apply to tools only") {
    test::captured_log log;
    const auto offer = offered(settings({{"*", scopes{"rule"}, {}}}), log);
    CHECK(offer.warnings.empty());
    for (const auto& one : offer.tools) CHECK(one.needs.scopes() == scopes{"rule"});
    REQUIRE(offer.prompts.size() == 2);
    CHECK(offer.prompts[0].needs.scopes() == scopes{"orders:read"});
    CHECK(offer.prompts[1].needs.scopes().empty());
    CHECK(offer.resources[0].needs.scopes() == scopes{"orders:read"});
    CHECK(offer.templates[0].needs.scopes() == scopes{"orders:read"});
}

TEST_CASE("a feature with invalid suggested scopes is not served") {
    test::captured_log log;
    const auto from = test::instance_of(test::shipped("echo"), settings({}), log);
    const auto read = [&](const std::string& attributes) {
        return catalog::read_tool({"tool", R"({"name":"x","inputSchema":{"type":"object"}})", attributes}, from);
    };
    CHECK(read(R"({"scopes":["b","a:b","b"]})")->needs.scopes() == scopes{"a:b", "b"});
    CHECK(read(R"({"scopes":[]})")->needs.scopes().empty());
    CHECK(read("{}")->needs.scopes() == scopes{"orders"});
    CHECK(read("")->needs.scopes() == scopes{"orders"});
    for (const char* bad :
         {"null", "\"a\"", "[1]", "[\"*\"]", "[\"a:*\"]", "[\"\"]", "[\"a b\"]", "[\"a\",\"b:\"]", "{}"}) {
        CAPTURE(bad);
        const auto made = read(R"({"scopes":)" + std::string(bad) + "}");
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().why() ==
              "its attribute \"scopes\" is not an array of valid scopes such as [\"orders:read\"]");
    }
}

TEST_CASE("the order of granted and of required scopes has no effect") {
    test::captured_log log;
    test::io_fixture room;
    scopes granted{"a:b", "c", "d:e:f"};
    struct row {
        scopes required;
        scopes missing;
    };
    for (auto [required, missing] : {row{{"a:b", "c"}, {}},
                                     row{{"a:b:x", "c:y", "d:e:f"}, {}},
                                     row{{"a", "c", "z"}, {"a", "z"}},
                                     row{{"d:e", "d:e:f:g"}, {"d:e"}},
                                     row{{"y", "x"}, {"x", "y"}}}) {
        std::ranges::sort(granted);
        std::ranges::sort(required);
        do {
            const auto who = test::principal_named("ann", room, log, in_json(granted));
            do {
                const catalog::requirement needs(required);
                CHECK(needs.missing_for(who) == missing);
                CHECK(needs.is_met_by(who) == missing.empty());
            } while (std::ranges::next_permutation(required).found);
        } while (std::ranges::next_permutation(granted).found);
    }
}

TEST_CASE("a caller without scopes meets empty requirements only, and one with all scopes meets all") {
    test::captured_log log;
    test::io_fixture room;
    const auto nobody = test::principal_named("nobody", room, log, "[]");
    const auto all = test::principal_named("all", room, log, R"(["x","*"])");
    CHECK(catalog::requirement().is_met_by(nobody));
    CHECK_FALSE(catalog::requirement({"a"}).is_met_by(nobody));
    CHECK(catalog::requirement({"a", "b:c"}).is_met_by(all));
    CHECK(catalog::requirement({"a", "b:c"}).missing_for(all).empty());
}

TEST_CASE("a read-only instance offers only tools with readOnlyHint, and names the others") {
    test::captured_log log;
    auto said = settings({});
    said.read_only = true;
    said.prefix = "x_";
    std::vector<catalog::offer> offers;
    offers.push_back(offered(said, log));
    CHECK(names_in(offers[0]) == scopes{"x_status", "x_orders_read"});
    CHECK(offers[0].withheld == scopes{"x_orders_write", "x_plain", "x_says_it_writes", "x_touch"});
    CHECK(offers[0].omissions.empty());
    CHECK(offers[0].prompts.size() == 2);

    std::vector<catalog::omission> omissions;
    const catalog::catalog all(std::move(offers), 100, omissions);
    CHECK(all.withholds("x_plain"));
    CHECK_FALSE(all.withholds("x_status"));
    CHECK_FALSE(all.withholds("plain"));
    CHECK(all.tools().find("x_plain") == nullptr);
}
