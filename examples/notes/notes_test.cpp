#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>  // Catch2 2
#endif

#include <string>
#include <string_view>
#include <vector>

#include <toolrack/testing.hpp>

using toolrack::testing::answer;
using toolrack::testing::host;

namespace {

answer write(host& here, const char* title, const char* words) {
    return here.call("write_note", toolrack::json::object({{"title", title}, {"words", words}}).str());
}

answer read(host& here, std::string_view uri) {
    return here.ask({.method = "resources/read", .name = std::string(uri)});
}

std::string contents(const answer& answer) { return answer.value().at("contents").at(0).at("text").str(); }

std::string complete(host& here, const char* ref_type, const char* name, const char* typed) {
    using toolrack::json::object;
    return here
        .ask({.method = "completion/complete",
              .name = name,
              .params = object({{"ref", object({{"type", ref_type}})},
                                {"argument", object({{"name", "title"}, {"value", typed}})}})
                            .str()})
        .json;
}

}  // namespace

TEST_CASE("a written note is read at the link in the answer") {
    host here;
    write(here, "shopping", "Milk, bread");
    const auto written = write(here, "shopping", "Milk, bread, jam");
    const std::string uri = written.value().at("content").at(0).at("uri").str();
    CHECK(uri == "notes://note/shopping");
    CHECK(contents(read(here, uri)) == "Milk, bread, jam");
}

TEST_CASE("the index lists the titles of all notes") {
    host here;
    CHECK(contents(read(here, "notes://index")) == "[]");
    write(here, "shopping", "Milk");
    write(here, "books", "Persuasion");
    CHECK(contents(read(here, "notes://index")) == R"(["books","shopping"])");
}

TEST_CASE("a change updates the note and the index") {
    host here;
    write(here, "shopping", "Milk");
    here.call("remove_note", R"({"title":"shopping"})");
    CHECK(here.changes() ==
          std::vector<std::string>{"notes://note/shopping", "notes://index", "notes://note/shopping", "notes://index"});
}

TEST_CASE("an unknown note is not found") {
    host here;
    const auto missing = read(here, "notes://note/shopping");
    CHECK(missing.code() == -32002);
    CHECK(missing.value().at("data").text() == R"({"uri":"notes://note/shopping"})");
    CHECK(here.call("remove_note", R"({"title":"shopping"})").text() == "There is no note \"shopping\".");
    CHECK(here.changes().empty());
}

TEST_CASE("titles have completion in the template and in the prompt") {
    host here;
    for (const char* title : {"shopping", "shoes", "books"}) write(here, title, "...");
    const std::string two = R"({"completion":{"values":["shoes","shopping"],"total":2,"hasMore":false}})";
    CHECK(complete(here, "ref/resource", "notes://note/{title}", "sho") == two);
    CHECK(complete(here, "ref/prompt", "shorten_note", "sho") == two);
}

TEST_CASE("the number of notes is limited") {
    host here;
    for (int n = 0; n != 1000; ++n) write(here, std::to_string(n).c_str(), "...");
    CHECK(write(here, "1000", "...").text() == "The notebook is full. Remove a note first.");
    CHECK_FALSE(write(here, "999", "anew").is_tool_error());
}

TEST_CASE("the prompt contains the note and the instruction") {
    host here;
    write(here, "shopping", "Milk, bread");
    const auto get = [&](const char* title) {
        return here.ask({.method = "prompts/get",
                         .name = "shorten_note",
                         .params = R"({"arguments":{"title":")" + std::string(title) + R"("}})"});
    };
    const auto prompt = get("shopping");
    const auto messages = prompt.value().at("messages");
    CHECK(messages.at(0).at("content").at("resource").at("text").str() == "Milk, bread");
    CHECK(messages.at(1).at("content").at("text").str().starts_with("Summarize this note"));
    CHECK(get("books").code() == -32602);
}

TEST_CASE("subscriptions to a note are logged") {
    host here;
    here.watch("notes://index", true);
    here.watch("notes://index", false);
    CHECK(here.log() == std::vector<std::string>{"a note is watched", "the note is no longer watched"});
}

TEST_CASE("two instances have separate notebooks") {
    host one, other;
    write(one, "shopping", "Milk");
    CHECK(contents(read(other, "notes://index")) == "[]");
}
