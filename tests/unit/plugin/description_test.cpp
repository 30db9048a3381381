#include "plugin/description.hpp"

#include <string>

#include "captured_log.hpp"
#include "catch.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;

namespace {

auto described(std::string_view json) { return plugin::read_description("org.example.x", "1.2.3", 4, json); }

std::string complaint_about(std::string_view json) {
    const auto read = described(json);
    return read ? std::string() : read.error().why();
}

// What is wrong with the options of a [[plugin]] that somebody wrote, without the folder's name.
std::string refused_options(const std::string& lines) {
    const test::temporary_folder folder;
    test::captured_log log;
    const auto file =
        folder.write("t.toml", "auth.backend = \"env-token\"\n[[plugin]]\nlibrary = \"/x/patient.so\"\n" + lines);
    const auto settings = config::read(file).plugins.at(0);
    const auto made = test::try_instance(test::loaded(test::build_folder / "test-plugins/patient.so"), settings, log);
    if (made) return {};
    auto why = made.error().why();
    if (const auto at = why.find(folder.path().string() + "/"); at != std::string::npos)
        why.erase(at, folder.path().string().size() + 1);
    return why;
}

}  // namespace

TEST_CASE("a description tells the kinds, the options and the needs") {
    const auto about = described(
        R"({"kinds":["tools","auth"],"options":{"type":"object","required":["path"]},"needs":{"network":true},"x":1})");
    REQUIRE(about.has_value());
    CHECK(about->id == "org.example.x");
    CHECK(about->version == "1.2.3");
    CHECK(about->abi_minor == 4);
    CHECK(about->offers("tools"));
    CHECK(about->offers("auth"));
    CHECK_FALSE(about->offers("tool"));
    CHECK_FALSE(about->offers(""));
    CHECK(about->options_schema == R"({"type":"object","required":["path"]})");
    CHECK(about->needs == R"({"network":true})");
}

TEST_CASE("a plugin that says nothing of options has none, and one that says nothing of needs needs nothing") {
    const auto about = described(R"({"kinds":[]})");
    REQUIRE(about.has_value());
    CHECK(about->needs == "{}");
    CHECK_FALSE(plugin::why_unfit({"{}", {}}, *about));
    CHECK(plugin::why_unfit({R"({"a":1})", {}}, *about));
}

TEST_CASE("a description that cannot be used is refused with the reason") {
    CHECK(complaint_about("") == "its description is not acceptable: it is not valid JSON");
    CHECK(complaint_about(R"({"kinds":[)") == "its description is not acceptable: it is not valid JSON");
    CHECK(complaint_about("{\"kinds\":[\"\xFF\"]}") == "its description is not acceptable: it is not valid JSON");
    CHECK(complaint_about(R"({"kinds":[],"kinds":[]})") ==
          "its description is not acceptable: an object in it has the same key twice");
    CHECK(complaint_about("[]") == "its description is not a JSON object");
    CHECK(complaint_about("\"tools\"") == "its description is not a JSON object");
    CHECK(complaint_about("{}") == "its description has no array \"kinds\"");
    CHECK(complaint_about(R"({"kinds":"tools"})") == "its description has no array \"kinds\"");
    CHECK(complaint_about(R"({"kinds":["tools",1]})") == "its description has a kind that is not a string");
    for (std::string_view options :
         {R"({"type":"nonsense"})", R"({"type":7})", "[]", "1", "null", R"({"required":"x"})"}) {
        CAPTURE(options);
        const auto why = complaint_about(R"({"kinds":[],"options":)" + std::string(options) + "}");
        CHECK(why.find("the schema of its options is not a JSON Schema: ") == 0);
    }
}

TEST_CASE("options that do not fit are named with the place where they stand") {
    CHECK(refused_options("options.path = \"/x\"\noptions.sizes = [1, 2]\n").empty());
    CHECK(refused_options("").empty());

    const auto wrong_type = refused_options("options.path = 7\n");
    CAPTURE(wrong_type);
    CHECK(wrong_type.find("its options do not fit: ") == 0);
    CHECK(wrong_type.find("path") != std::string::npos);
    CHECK(wrong_type.ends_with(" (t.toml:4:16)"));

    const auto in_array = refused_options("options.path = \"/x\"\noptions.sizes = [1, 2, 0]\n");
    CAPTURE(in_array);
    CHECK(in_array.ends_with(" (t.toml:5:24)"));
}

TEST_CASE("an option that is not known is named with the place where the options begin") {
    const auto unknown = refused_options("options.pathh = \"/x\"\n");
    CAPTURE(unknown);
    CHECK(unknown.find("its options do not fit: ") == 0);
    CHECK(unknown.find("pathh") != std::string::npos);
    CHECK(unknown.find(" (t.toml:4:") != std::string::npos);
}

TEST_CASE("a complaint about options never shows a value") {
    const auto why = refused_options("options.sizes = \"canary-70b1\"\n");
    CHECK_FALSE(why.empty());
    CHECK(why.find("canary") == std::string::npos);
}
