// The official JSON Schema Test Suite: all required tests of both drafts, and the optional ones for
// what is supported. Not run, because not supported: format assertions (`format` is a note here),
// `content` assertions, and references into drafts other than these two (`cross-draft`: 2019-09).
// Every optional file is on one of the two lists; those of optional/format are not here.
#include "catch.hpp"
#include "not_run.hpp"
#include "schemas.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace toolrack::schema;

namespace {

const fs::path suite = fs::path(TOOLRACK_TEST_DATA) / "json-schema-test-suite";

json::value read(const fs::path& file) {
    std::ifstream in(file);
    return parse(std::string(std::istreambuf_iterator<char>(in), {}));
}

registry remotes() {
    registry all;
    const auto root = suite / "remotes";
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.path().extension() == ".json")
            all.emplace("http://localhost:1234/" + fs::relative(entry.path(), root).generic_string(),
                        read(entry.path()));
    return all;
}

std::vector<fs::path> required_files(const std::string& draft) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(suite / "tests" / draft))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<fs::path>
optional_files(const std::string& draft, const std::set<std::string>& supported, std::set<std::string> others) {
    std::vector<fs::path> files;
    for (const auto& name : supported) files.push_back(suite / "tests" / draft / "optional" / (name + ".json"));
    others.insert(supported.begin(), supported.end());
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(suite / "tests" / draft / "optional"))
        if (entry.is_regular_file()) all.insert(entry.path().stem().string());
    CHECK(others == all);
    return files;
}

struct tally {
    int passed = 0, failed = 0;
};

void run_group(const json::object& group, const std::string& dialect, const registry& others, tally& t) {
    auto schema = group.at("schema");
    if (schema.is_object()) schema.get_object().emplace("$schema", dialect);  // unless it says so
    INFO(group.at("description").as_string().c_str() << ": " << json::serialize(schema));
    const auto made = compile(schema, {}, others);
    if (!made) FAIL_CHECK(made.error().text());
    for (const auto& test : group.at("tests").as_array()) {
        const auto& instance = test.at("data");
        const bool good = made && made->check(instance).empty() == test.at("valid").as_bool();
        (good ? t.passed : t.failed)++;
        INFO(test.at("description").as_string().c_str() << ": " << json::serialize(instance));
        CHECK(good);
    }
}

void run(const std::string& what, const std::vector<fs::path>& files, const std::string& dialect) {
    const auto others = remotes();
    tally t;
    for (const auto& file : files) {
        INFO(file.string());
        const auto groups = read(file);
        for (const auto& group : groups.as_array()) run_group(group.as_object(), dialect, others, t);
    }
    CHECK(t.passed > 0);
    std::cout << what << ": " << t.passed << " passed, " << t.failed << " failed (";
    for (const auto& file : files) std::cout << (file == files.front() ? "" : ", ") << file.stem().string();
    std::cout << ")\n";
}

bool is_here() {
    if (fs::exists(suite)) return true;
    toolrack::test::not_run("there is no " + suite.string());
    return false;
}

constexpr auto y2020 = "https://json-schema.org/draft/2020-12/schema";
constexpr auto seven = "http://json-schema.org/draft-07/schema#";

}  // namespace

TEST_CASE("every required test of 2020-12 passes") {
    if (is_here()) run("2020-12, required", required_files("draft2020-12"), y2020);
}

TEST_CASE("every required test of draft 7 passes") {
    if (is_here()) run("draft 7, required", required_files("draft7"), seven);
}

TEST_CASE("the optional tests of 2020-12 for what is supported pass") {
    if (is_here())
        run("2020-12, optional",
            optional_files("draft2020-12",
                           {"anchor",
                            "bignum",
                            "dependencies-compatibility",
                            "dynamicRef",
                            "ecmascript-regex",
                            "float-overflow",
                            "id",
                            "no-schema",
                            "non-bmp-regex",
                            "refOfUnknownKeyword",
                            "unknownKeyword"},
                           {"cross-draft", "format-assertion"}),
            y2020);
}

TEST_CASE("the optional tests of draft 7 for what is supported pass") {
    if (is_here())
        run("draft 7, optional",
            optional_files("draft7",
                           {"bignum", "ecmascript-regex", "float-overflow", "id", "non-bmp-regex", "unknownKeyword"},
                           {"content", "cross-draft"}),
            seven);
}
