#include "catch.hpp"
#include "schemas.hpp"

#include <atomic>
#include <thread>

using namespace toolrack::schema;

namespace {

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i != times; ++i) all += text;
    return all;
}

std::string nested(std::string_view open, std::string_view middle, std::string_view close, int levels) {
    return repeated(open, levels) + std::string(middle) + repeated(close, levels);
}

// [1, 1, 1, ..., last]
std::string ones(int times, std::string_view last) {
    return std::string("[").append(repeated("1,", times)).append(last).append("]");
}

// An object of so many properties, each a schema.
std::string broad(int properties) {
    std::string all = R"({"properties": {)";
    for (int i = 0; i != properties; ++i)
        all += (i ? ", \"p" : "\"p") + std::to_string(i) + R"(": {"type": "integer"})";
    return all + "}}";
}

constexpr auto tree = R"({"type": "array", "items": {"$ref": "#"}})";

}  // namespace

TEST_CASE("a schema of 10,000 subschemas is accepted, and a larger one is refused") {
    CHECK(refusal(broad(9'999)).empty());
    CHECK(refusal(broad(10'000)) == "/properties/p9999: too many schemas in the schema, expected at most 10000");
    CHECK(refusal(broad(20), {.subschemas = 10}).ends_with("expected at most 10"));
    CHECK_FALSE(fits(broad(9'999), R"({"p9998": "x"})"));
}

TEST_CASE("a schema that is nested too deeply is refused") {
    CHECK(refusal(nested(R"({"items": )", "{}", "}", 100)).empty());
    CHECK(refusal(nested(R"({"items": )", "{}", "}", 50'000)) == "nested too deeply, expected at most 128 levels");
    CHECK(refusal(R"({"const": )" + nested("[", "", "]", 50'000) + "}") ==
          "nested too deeply, expected at most 128 levels");
    CHECK(refusal(nested(R"({"allOf": [)", "{}", "]}", 63)).empty());
}

TEST_CASE("a chain of references counts towards the depth of a check, not of compiling") {
    std::string chain = R"({"$ref": "#/$defs/d0", "$defs": {)";
    for (int i = 0; i != 5'000; ++i)
        chain += "\"d" + std::to_string(i) + R"(": {"$ref": "#/$defs/d)" + std::to_string(i + 1) + "\"},";
    const auto schema = ready(chain + R"("d5000": {"type": "string"}}})");
    CHECK(sentences(schema.check(parse("\"x\""))) == "arguments: nested too deeply to check, expected a flatter value");
}

TEST_CASE("a value that is nested too deeply is a fault") {
    CHECK(fits(tree, nested("[", "", "]", 200)));
    CHECK(said(tree, nested("[", "", "]", 10'000)) ==
          "arguments: nested too deeply to check, expected a flatter value");
    CHECK(fits(R"({"uniqueItems": true})", nested("[", "", "]", 10'000)));
}

TEST_CASE("a circular reference is refused") {
    constexpr auto why = "leads back to itself without looking at a smaller part of the value, "
                         "expected a \"$ref\" that comes to an end";
    CHECK(refusal(R"({"$ref": "#"})") == why);
    CHECK(refusal(R"({"allOf": [{"anyOf": [true, {"$ref": "#"}]}]})") == why);
    CHECK(refusal(R"({"if": {"not": {"$ref": "#"}}})") == why);
    CHECK(refusal(R"({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}})").ends_with(why));
    CHECK(refusal(R"({"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#"})") == why);
    CHECK(refusal(R"({"properties": {"next": {"$ref": "#"}}})").empty());
}

TEST_CASE("a circular dynamic reference is a fault") {
    CHECK(said(R"({"$dynamicAnchor": "a", "$dynamicRef": "#a"})", "1") ==
          "arguments: nested too deeply to check, expected a flatter value");
}

TEST_CASE("a check above its budget is a fault, even inside not") {
    const auto items = ones(2'000, "1");
    const limits few{.steps = 1'000};
    constexpr auto sentence = "arguments: too expensive to check, expected a smaller or simpler value";
    CHECK(sentences(ready(R"({"items": {"type": "integer"}})", few).check(parse(items))) == sentence);
    CHECK(sentences(ready(R"({"not": {"items": {"type": "integer"}}})", few).check(parse(items))) == sentence);
    CHECK(sentences(ready(R"({"uniqueItems": true})", few).check(parse(items))) == sentence);
}

TEST_CASE("nested alternatives stay within the budget of one check") {
    // Each level tries both alternatives of the next: 2^40 ways, were they all gone.
    std::string defs = R"("l40": {"type": "string"})";
    for (int i = 0; i != 40; ++i) {
        const auto next = R"({"$ref": "#/$defs/l)" + std::to_string(i + 1) + "\"}";
        defs += ", \"l" + std::to_string(i) + R"(": {"anyOf": [)" + next + ", " + next + "]}";
    }
    const auto schema = R"({"$ref": "#/$defs/l0", "$defs": {)" + defs + "}}";
    CHECK(said(schema, "1") == "arguments: too expensive to check, expected a smaller or simpler value");
    CHECK(fits(schema, "\"x\""));
}

TEST_CASE("a description above the budget is omitted, and the answer is kept") {
    const auto schema = ready(R"({"items": {"anyOf": [{"type": "integer", "maximum": 1},
                                                      {"type": "string"}]}})",
                              {.steps = 2'000});
    const auto faults = schema.check(parse(ones(600, "2")));
    CHECK(faults.size() == 1);
}

TEST_CASE("threads check with one schema at the same time") {
    const auto schema = ready(R"({"type": "object", "required": ["code"],
        "properties": {"code": {"pattern": "^[a-z]{3}$"},
                       "n": {"anyOf": [{"const": 1.0}, {"type": "null"}]}},
        "unevaluatedProperties": false})");
    const auto good = parse(R"({"code": "abc", "n": 1})"), bad = parse(R"({"code": "abc", "m": 1})");
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t != 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i != 500; ++i) wrong += !schema.check(good).empty() || schema.check(bad).size() != 1;
        });
    for (auto& each : threads) each.join();
    CHECK(wrong == 0);
}
