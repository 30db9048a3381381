#include "plugin/description.hpp"

#include <string>

#include "captured_log.hpp"
#include "catch.hpp"
#include "plugins.hpp"
#include "temporary_folder.hpp"

using namespace toolrack;

namespace {

auto described(std::string_view json) { return plugin::read_description("org.example.x", "1.2.3", 4, json); }

std::string error_of(std::string_view json) {
    const auto read = described(json);
    return read ? std::string() : read.error().why();
}

// The error about the options of a [[plugin]], without the folder's name.
std::string options_error_of(const std::string& lines) {
    const test::temporary_folder folder;
    test::captured_log log;
    const auto file =
        folder.write("t.toml", "auth.backend = \"env-token\"\n[[plugin]]\nlibrary = \"/x/scripted.so\"\n" + lines);
    const auto settings = config::read(file).plugins.at(0);
    const auto made = test::try_instance(test::loaded(test::test_plugin("scripted")), settings, log);
    if (made) return {};
    auto why = made.error().why();
    if (const auto at = why.find(folder.path().string() + "/"); at != std::string::npos)
        why.erase(at, folder.path().string().size() + 1);
    return why;
}

}  // namespace

TEST_CASE("a description has kinds, options and needs") {
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

TEST_CASE("the default is no options and no needs") {
    const auto about = described(R"({"kinds":[]})");
    REQUIRE(about.has_value());
    CHECK(about->needs == "{}");
    CHECK_FALSE(plugin::options_error({"{}", {}}, *about));
    CHECK(plugin::options_error({R"({"a":1})", {}}, *about));
}

TEST_CASE("an invalid description is refused with the reason") {
    CHECK(error_of("") == "its description is invalid: it is not valid JSON");
    CHECK(error_of(R"({"kinds":[)") == "its description is invalid: it is not valid JSON");
    CHECK(error_of("{\"kinds\":[\"\xFF\"]}") == "its description is invalid: it is not valid JSON");
    CHECK(error_of(R"({"kinds":[],"kinds":[]})") ==
          "its description is invalid: an object in it has the same key twice");
    CHECK(error_of("[]") == "its description is not a JSON object");
    CHECK(error_of("\"tools\"") == "its description is not a JSON object");
    CHECK(error_of("{}") == "its description has no array \"kinds\"");
    CHECK(error_of(R"({"kinds":"tools"})") == "its description has no array \"kinds\"");
    CHECK(error_of(R"({"kinds":["tools",1]})") == "its description has a kind that is not a string");
    for (std::string_view options :
         {R"({"type":"nonsense"})", R"({"type":7})", "[]", "1", "null", R"({"required":"x"})"}) {
        CAPTURE(options);
        const auto why = error_of(R"({"kinds":[],"options":)" + std::string(options) + "}");
        CHECK(why.find("the schema of its options is not a valid JSON Schema: ") == 0);
    }
}

TEST_CASE("an error in the options has the file, line and column") {
    CHECK(options_error_of("options.path = \"/x\"\noptions.sizes = [1, 2]\n").empty());
    CHECK(options_error_of("").empty());

    const auto wrong_type = options_error_of("options.path = 7\n");
    CAPTURE(wrong_type);
    CHECK(wrong_type.find("its options are invalid: ") == 0);
    CHECK(wrong_type.find("path") != std::string::npos);
    CHECK(wrong_type.ends_with(" (t.toml:4:16)"));

    const auto in_array = options_error_of("options.path = \"/x\"\noptions.sizes = [1, 2, 0]\n");
    CAPTURE(in_array);
    CHECK(in_array.ends_with(" (t.toml:5:24)"));
}

TEST_CASE("an unknown option is reported at the start of the options") {
    const auto unknown = options_error_of("options.pathh = \"/x\"\n");
    CAPTURE(unknown);
    CHECK(unknown.find("its options are invalid: ") == 0);
    CHECK(unknown.find("pathh") != std::string::npos);
    CHECK(unknown.find(" (t.toml:4:") != std::string::npos);
}

TEST_CASE("an error about options never shows a value") {
    const auto why = options_error_of("options.sizes = \"canary-70b1\"\n");
    CHECK_FALSE(why.empty());
    CHECK(why.find("canary") == std::string::npos);
}
