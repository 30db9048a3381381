#include "catalog/catalog.hpp"

#include <toolrack/json.hpp>

#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catch.hpp"
#include "plugins.hpp"

using namespace toolrack;

namespace {

// Makes a catalog of real plugins.
class catalog_fixture {
public:
    void add(const std::filesystem::path& file, const std::string& name, const std::string& prefix = "") {
        auto settings = test::settings_named(name);
        settings.prefix = prefix;
        auto offer = catalog::list_features(test::instance_of(file, settings, log_));
        REQUIRE(offer.has_value());
        offers_.push_back(std::move(*offer));
    }
    catalog::catalog made(std::size_t page_size = 100) { return {std::move(offers_), page_size, omissions_}; }

    // The omissions as "INSTANCE: SENTENCE".
    std::vector<std::string> omissions() const {
        std::vector<std::string> sentences;
        for (const auto& one : omissions_) sentences.push_back(one.instance + ": " + one.sentence);
        return sentences;
    }

private:
    test::captured_log log_;
    std::vector<catalog::offer> offers_;
    std::vector<catalog::omission> omissions_;
};

std::vector<std::string> names_in(const catalog::catalog& all) {
    std::vector<std::string> names;
    for (const auto& one : all.tools().entries()) names.push_back(one.name);
    return names;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("tools have the order of the plugins, and of the list of each plugin") {
    catalog_fixture fixture;
    fixture.add(test::shipped("time"), "time");
    fixture.add(test::shipped("echo"), "echo");
    const auto all = fixture.made();
    const auto order = names_in(all);
    REQUIRE(order.size() >= 2);
    CHECK(order.back() == "echo");
    CHECK(all.tools().entries().front().from->name() == "time");
    CHECK(fixture.omissions().empty());

    const auto listed = "{" + *all.tools().pages().find(std::nullopt) + "}";
    names shown;
    for (const auto& tool : json::value(listed).at("tools")) shown.push_back(tool.at("name").str());
    CHECK(shown == order);
}

TEST_CASE("a tool is found by the name that clients use and by no other") {
    catalog_fixture fixture;
    fixture.add(test::shipped("echo"), "a", "a_");
    fixture.add(test::shipped("echo"), "b", "b_");
    const auto all = fixture.made();
    REQUIRE(all.tools().find("a_echo"));
    CHECK(all.tools().find("a_echo")->from->name() == "a");
    CHECK(all.tools().find("a_echo")->own_name == "echo");
    CHECK(all.tools().find("b_echo")->from->name() == "b");
    for (const char* name : {"echo", "A_echo", "a_ech", "a_echo ", ""}) CHECK(all.tools().find(name) == nullptr);
}

TEST_CASE("a name that a plugin lists twice is served once with a warning") {
    catalog_fixture fixture;
    fixture.add(test::hostile("duplicate-tools"), "dup");
    CHECK(names_in(fixture.made()) == names{"twice", "fine"});
    CHECK(fixture.omissions() == names{"dup: tool \"twice\" is not served: it is listed twice"});
}

TEST_CASE("a name of two plugins belongs to the first, and the warning suggests a prefix") {
    catalog_fixture fixture;
    fixture.add(test::shipped("echo"), "first");
    fixture.add(test::shipped("echo"), "second");
    const auto all = fixture.made();
    CHECK(names_in(all) == names{"echo"});
    CHECK(all.tools().find("echo")->from->name() == "first");
    CHECK(fixture.omissions() ==
          names{"second: tool \"echo\" is not served: \"first\" already has a tool of that name; "
                "set a prefix for one of them"});
}

TEST_CASE("a prefix can cause equal names") {
    catalog_fixture fixture;
    fixture.add(test::shipped("echo"), "a", "x_");
    fixture.add(test::shipped("echo"), "b", "x_");
    CHECK(names_in(fixture.made()) == names{"x_echo"});
    CHECK(fixture.omissions().size() == 1);
}

TEST_CASE("a rejected tool is named with the reason, and the others are served") {
    struct row {
        const char* library;
        const char* sentence;
    };
    for (const auto& [library, sentence] :
         {row{"bad-definition-json",
              "\"broken\" is not served: its definition is not acceptable: it is not valid JSON"},
          row{"bad-definition-schema", "tool \"broken\" is not served: its inputSchema must say \"type\": \"object\""},
          row{"bad-utf8", "a tool is not served: its definition is not UTF-8"},
          row{"bad-name",
              "tool \"has some blanks\" is not served: the name \"has some blanks\" is invalid: "
              "a name has 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'"}}) {
        catalog_fixture fixture;
        fixture.add(test::hostile(library), "odd");
        CAPTURE(library);
        CHECK(names_in(fixture.made()) == names{"fine"});
        REQUIRE(fixture.omissions().size() == 1);
        CAPTURE(fixture.omissions()[0]);
        CHECK(fixture.omissions()[0].ends_with(sentence));
        CHECK(fixture.omissions()[0].starts_with("odd: "));
    }
}

TEST_CASE("a catalog may be empty") {
    catalog_fixture fixture;
    const auto all = fixture.made();
    CHECK(all.tools().is_empty());
    CHECK(all.tools().find("echo") == nullptr);
    CHECK(*all.tools().pages().find(std::nullopt) == R"("tools":[])");
}

TEST_CASE("many tools are listed in pages") {
    catalog_fixture fixture;
    fixture.add(test::hostile("misbehaving"), "mis");
    const auto all = fixture.made(5);
    const auto first = "{" + *all.tools().pages().find(std::nullopt) + "}";
    CHECK(json::value(first).at("tools").size() == 5);
    const auto cursor = json::value(first).at("nextCursor").str();
    const auto* second = all.tools().pages().find(cursor);
    REQUIRE(second);
    const auto text = "{" + *second + "}";
    CHECK(json::value(text).at("tools").at(0).at("name").str() == names_in(all)[5]);
}

TEST_CASE("a quick tool stays quick in the catalog") {
    catalog_fixture fixture;
    fixture.add(test::shipped("echo"), "echo");
    CHECK(fixture.made().tools().find("echo")->quick);
}
