// Resources and templates of several plugins, and which of them reads a URI.
#include <deque>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "captured_log.hpp"
#include "catalog/catalog.hpp"
#include "catch.hpp"
#include "plugins.hpp"

using namespace toolrack;

namespace {

// The features of one plugin.
class part {
public:
    explicit part(std::shared_ptr<plugin::instance> by) : by_(std::move(by)) {}

    part& resource(const std::string& uri) {
        offer.resources.push_back(
            *catalog::read_resource({"resource", R"({"uri":")" + uri + R"(","name":"n"})", ""}, by_));
        return *this;
    }
    part& pattern(const std::string& text) {
        const auto definition = R"({"uriTemplate":")" + text + R"(","name":"n"})";
        offer.templates.push_back(*catalog::read_template({"template", definition, ""}, by_));
        return *this;
    }
    part& prompt(const std::string& name) {
        offer.prompts.push_back(*catalog::read_prompt({"prompt", R"({"name":")" + name + "\"}", ""}, by_));
        return *this;
    }

    catalog::offer offer;

private:
    std::shared_ptr<plugin::instance> by_;
};

class resource_fixture {
public:
    // The features of a plugin library.
    void of_plugin(const std::filesystem::path& file, const std::string& name) {
        of(name).offer = *catalog::list_features(test::instance_of(file, test::settings_named(name), log_));
    }
    part& of(const std::string& name) {
        return parts_.emplace_back(test::instance_of(test::shipped("echo"), test::settings_named(name), log_));
    }
    // The catalog must not outlive this.
    catalog::catalog made() {
        std::vector<catalog::offer> offers;
        for (auto& one : parts_) offers.push_back(std::move(one.offer));
        return {std::move(offers), 100, omissions_};
    }

    std::vector<std::string> omissions() const {
        std::vector<std::string> sentences;
        for (const auto& one : omissions_) sentences.push_back(one.instance + ": " + one.sentence);
        return sentences;
    }

private:
    test::captured_log log_;
    std::deque<part> parts_;
    std::vector<catalog::omission> omissions_;
};

// "plugin resource-or-template".
std::string reader(const catalog::catalog& in, std::string_view uri) {
    const auto* found = in.find_reader(uri);
    return found ? found->from->name() + " " + found->name : "nobody";
}

}  // namespace

TEST_CASE("a resource with the URI precedes templates that match it") {
    resource_fixture all;
    all.of("a").pattern("x:{name}").pattern("x:{+path}");
    all.of("b").resource("x:one");
    const auto in = all.made();
    CHECK(reader(in, "x:one") == "b x:one");
    CHECK(reader(in, "x:two") == "a x:{name}");
}

TEST_CASE("the first matching template is used, plugin by plugin") {
    resource_fixture all;
    all.of("a").pattern("x:a/{name}").pattern("x:{+path}");
    all.of("b").pattern("x:{name}").pattern("y:{name}");
    const auto in = all.made();
    CHECK(reader(in, "x:a/b") == "a x:a/{name}");
    CHECK(reader(in, "x:a/b/c") == "a x:{+path}");
    CHECK(reader(in, "x:b") == "a x:{+path}");
    CHECK(reader(in, "y:b") == "b y:{name}");
}

TEST_CASE("a URI without a match has no reader") {
    resource_fixture all;
    all.of("a").resource("x:one").pattern("y:{name}");
    const auto in = all.made();
    for (const char* uri : {"", "x:", "x:one ", "X:one", "x:one/", "y:", "y:a/b", "y", "z:one"})
        CHECK(reader(in, uri) == "nobody");
}

TEST_CASE("a variable without slashes matches no slash, literal or escaped") {
    resource_fixture all;
    all.of("a").pattern("file:///public/{name}");
    const auto in = all.made();
    CHECK(reader(in, "file:///public/a.txt") != "nobody");
    for (const char* uri : {"file:///public/../secret",
                            "file:///public/..%2fsecret",
                            "file:///public/..%2Fsecret",
                            "file:///public/a/b",
                            "file:///public/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                            "file:///public/a%00.txt",
                            "file:///public/%00",
                            "file:///public/"}) {
        CAPTURE(uri);
        CHECK(reader(in, uri) == "nobody");
    }
}

TEST_CASE("a rejected resource is not read through another template of its plugin") {
    resource_fixture all;
    all.of_plugin(test::hostile("partly-listed"), "half");
    const auto in = all.made();
    CHECK(all.omissions().size() == 2);
    CHECK(reader(in, "half:open") == "half half:open");
    CHECK(reader(in, "half:other") == "half half:{+path}");
    CHECK(reader(in, "half:private") == "half half:{+path}");
    CHECK(reader(in, "half:private/a/b") == "half half:{+path}");
    for (const char* uri : {"half:secret", "half:private/a", "half:private/%61"}) CHECK(reader(in, uri) == "nobody");
}

TEST_CASE("a resource that is rejected for one plugin can be read from another") {
    resource_fixture all;
    all.of_plugin(test::hostile("partly-listed"), "half");
    all.of("other").pattern("half:{name}").pattern("half:private/{name}");
    const auto in = all.made();
    CHECK(reader(in, "half:secret") == "other half:{name}");
    CHECK(reader(in, "half:private/a") == "other half:private/{name}");
    CHECK(reader(in, "half:other") == "half half:{+path}");
}

TEST_CASE("a URI with a NUL has no reader") {
    resource_fixture all;
    all.of("a").pattern("x:{+path}");
    const auto in = all.made();
    CHECK(reader(in, "x:a/b") == "a x:{+path}");
    CHECK(reader(in, "x:a%00b") == "nobody");
    CHECK(reader(in, std::string_view("x:a\0b", 5)) == "nobody");
}

TEST_CASE("a URI that does not decode to UTF-8 has no reader") {
    resource_fixture all;
    all.of("a").pattern("x:{+path}");
    const auto in = all.made();
    CHECK(reader(in, "x:%C3%A4") == "a x:{+path}");
    CHECK(reader(in, "x:100%") == "a x:{+path}");
    CHECK(reader(in, "x:%zz%4") == "a x:{+path}");
    for (const char* uri : {"x:%fe", "x:a%C3", "x:%C3a", "x:%ED%A0%80", "x:\xFF"}) CHECK(reader(in, uri) == "nobody");
}

TEST_CASE("a URI longer than the limit has no reader") {
    resource_fixture all;
    all.of("a").pattern("x:{+path}");
    const auto in = all.made();
    CHECK(reader(in, "x:" + std::string(2046, 'a')) != "nobody");
    CHECK(reader(in, "x:" + std::string(2047, 'a')) == "nobody");
}

TEST_CASE("a catalog has resources when it has a resource or a template") {
    resource_fixture all;
    auto& one = all.of("a");
    CHECK_FALSE(all.made().offers_resources());
    one.prompt("p");
    CHECK_FALSE(all.made().offers_resources());
    one.resource("x:one");
    CHECK(all.made().offers_resources());
    one.pattern("x:{name}");
    const auto pattern_only = all.made();  // what was made before is no longer there to give
    CHECK(pattern_only.resources().is_empty());
    CHECK(pattern_only.offers_resources());
    CHECK(reader(pattern_only, "x:one") == "a x:{name}");
}

TEST_CASE("prompts, resources and templates may have equal names") {
    resource_fixture all;
    all.of("a").prompt("n").resource("x:one").pattern("x:one");
    const auto in = all.made();
    CHECK(in.prompts().find("n"));
    CHECK(in.resources().find("x:one"));
    CHECK(in.templates().find("x:one"));
    CHECK(in.tools().find("n") == nullptr);
    CHECK(all.omissions().empty());
}

TEST_CASE("a URI of two plugins belongs to the first, and the warning names it") {
    resource_fixture all;
    all.of("first").resource("x:one").pattern("x:{a}");
    all.of("second").resource("x:one").resource("x:two").pattern("x:{a}");
    const auto in = all.made();
    CHECK(in.resources().find("x:one")->from->name() == "first");
    CHECK(in.resources().entries().size() == 2);
    CHECK(in.templates().entries().size() == 1);
    const auto omissions = all.omissions();
    REQUIRE(omissions.size() == 2);
    CHECK(omissions[0].starts_with(
        "second: resource \"x:one\" is not served: \"first\" already has a resource of that name"));
    CHECK(omissions[1].starts_with(
        "second: resource template \"x:{a}\" is not served: \"first\" already has a resource template of that name"));
}

TEST_CASE("the warning suggests a prefix only where it helps") {
    resource_fixture all;
    all.of("first").resource("x:one").pattern("x:{a}").prompt("p");
    all.of("second").resource("x:one").pattern("x:{a}").prompt("p");
    all.made();
    const auto omissions = all.omissions();
    REQUIRE(omissions.size() == 3);
    for (const auto& sentence : omissions) {
        CAPTURE(sentence);
        const bool is_prompt = sentence.starts_with("second: prompt");
        CHECK(sentence.ends_with("; set a prefix for one of them") == is_prompt);
    }
}

TEST_CASE("a URI that a plugin lists twice is served once with a warning") {
    resource_fixture all;
    all.of("a").resource("x:one").resource("x:one").prompt("p").prompt("p");
    CHECK(all.made().resources().entries().size() == 1);
    CHECK(all.omissions() == std::vector<std::string>{"a: prompt \"p\" is not served: it is listed twice",
                                                      "a: resource \"x:one\" is not served: it is listed twice"});
}
