#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>  // Catch2 2
#endif

#include <string>

#include <toolrack/testing.hpp>

#include "media.hpp"

using toolrack::json::value;
using toolrack::testing::host;

namespace {

// The JSON of the first content of this type.
std::string block(const toolrack::testing::answer& answer, const std::string& type) {
    for (const value& each : answer.value().at("content"))
        if (each.at("type").str() == type) return std::string(each.text());
    return "none";
}

}  // namespace

TEST_CASE("the answer has text and the same structured content, as in the output schema") {
    host here;
    const auto answer = here.call("to_morse", R"({"text":"so SO"})");
    CHECK(answer.text() == R"({"code":"... --- / ... ---","dots":46})");
    CHECK(answer.value().at("structuredContent").text() == answer.text());
    const std::string definition = here.definition("tool", "to_morse");
    CHECK(value(definition).at("outputSchema").at("required").text() == R"(["code","dots"])");
}

TEST_CASE("a text with other characters is an error that the model can correct") {
    host here;
    for (const char* tool : {"to_morse", "draw_morse", "play_morse"}) {
        const auto answer = here.call(tool, R"({"text":"Grüße 1"})");
        CHECK(answer.is_tool_error());
        CHECK(answer.text() == "The text may contain only letters A to Z and spaces.");
    }
}

TEST_CASE("an image has its text and is for the user") {
    host here;
    const auto answer = here.call("draw_morse", R"({"text":"e"})");
    CHECK(answer.text() == ".");
    // The start of a PNG of 16 x 24 pixels.
    CHECK(block(answer, "image").starts_with(R"({"type":"image","data":"iVBORw0KGgoAAAANSUhEUgAAABAAAAAYAQAAAA)"));
    CHECK(block(answer, "image").ends_with(R"("mimeType":"image/png","annotations":{"audience":["user"]}})"));
}

TEST_CASE("a sound is as long as its strokes and has the requested pitch") {
    host here;
    const auto low = here.call("play_morse", R"({"text":"e"})");
    const auto high = here.call("play_morse", R"({"text":"e","pitch":"high"})");
    CHECK(block(low, "audio").starts_with(R"({"type":"audio","data":"UklGRu)"));
    const std::size_t bytes = 44 + 2 * 480;
    CHECK(value(block(low, "audio").c_str()).at("data").str().size() == (bytes + 2) / 3 * 4);
    CHECK(block(low, "audio") != block(high, "audio"));
}

TEST_CASE("the pitch is repeated in a header field, and is optional") {
    const std::string definition = host().definition("tool", "play_morse");
    const value input = value(definition).at("inputSchema");
    CHECK(input.at("properties").at("pitch").at("x-mcp-header").str() == "Pitch");
    CHECK(input.at("required").text() == R"(["text"])");
}

TEST_CASE("the alphabet is embedded in the answer, and its link reads the same") {
    host here;
    const auto answer = here.call("morse_alphabet");
    const auto read = here.ask({.method = "resources/read", .name = "morse://alphabet"});
    const value embedded = answer.value().at("content").at(0).at("resource");
    CHECK(embedded.at("text").str().starts_with("A .-\nB -...\n"));
    CHECK(embedded.text() == read.value().at("contents").at(0).text());
    CHECK(answer.value().at("content").at(1).at("uri").str() == "morse://alphabet");
}

TEST_CASE("base64 is padded as RFC 4648 says") {
    CHECK(media::base64("") == "");
    CHECK(media::base64("f") == "Zg==");
    CHECK(media::base64("fo") == "Zm8=");
    CHECK(media::base64("foobar") == "Zm9vYmFy");
}
