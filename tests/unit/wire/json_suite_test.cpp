// The public JSONTestSuite (Nicolas Seriot): every text that a parser must accept or must refuse.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "not_run.hpp"
#include "temporary_folder.hpp"
#include "wire/json.hpp"

using namespace toolrack;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(TOOLRACK_TEST_DATA) / "jsontestsuite" / "test_parsing";

// JSON by the letter, and refused here on purpose: each has been somebody's vulnerability.
const std::set<std::string> refused_on_purpose{
    "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json", "y_object_escaped_null_in_key.json"};

// Left open by the standard. Everything else of that kind is refused here: numbers that no double
// holds, lone surrogates, bytes that are not UTF-8, byte order marks, and nesting without end.
const std::set<std::string> accepted_by_choice{"i_number_double_huge_neg_exp.json",
                                               "i_number_real_underflow.json",
                                               "i_number_too_big_neg_int.json",
                                               "i_number_too_big_pos_int.json",
                                               "i_number_very_big_negative_int.json"};

std::vector<fs::path> files_of_kind(char kind) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string()[0] == kind) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

bool is_here() {
    if (fs::is_directory(folder)) return true;
    test::not_run("there is no " + folder.string());
    return false;
}

// Deep enough that no test of the suite that must pass fails for its depth.
bool is_accepted(const fs::path& file) { return !wire::check_json(test::bytes_of(file)); }

}  // namespace

TEST_CASE("every text of JSONTestSuite that is not JSON is refused") {
    if (!is_here()) return;
    const auto files = files_of_kind('n');
    REQUIRE(files.size() > 180);
    for (const auto& file : files) {
        CAPTURE(file.filename().string());
        CHECK_FALSE(is_accepted(file));
    }
}

TEST_CASE("every text of JSONTestSuite that is JSON is accepted, except three dangerous ones") {
    if (!is_here()) return;
    const auto files = files_of_kind('y');
    REQUIRE(files.size() > 90);
    std::set<std::string> refused;
    for (const auto& file : files)
        if (!is_accepted(file)) refused.insert(file.filename().string());
    CHECK(refused == refused_on_purpose);
}

TEST_CASE("of the texts that the standard leaves undefined, only unusual numbers are accepted") {
    if (!is_here()) return;
    const auto files = files_of_kind('i');
    REQUIRE(files.size() > 30);
    std::set<std::string> accepted;
    for (const auto& file : files)
        if (is_accepted(file)) accepted.insert(file.filename().string());
    CHECK(accepted == accepted_by_choice);
}
