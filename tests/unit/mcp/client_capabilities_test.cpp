// The client capabilities that the input requests of a feature need.
#include <array>
#include <string>

#include "catch.hpp"
#include "mcp/client_capabilities.hpp"

using namespace toolrack;

namespace {

// The missing capabilities as JSON, or "nothing", or "!" and a complaint.
std::string missing(const std::string& requests, const std::string& capabilities) {
    const auto client = R"({"name":"c","capabilities":)" + capabilities + "}";
    const auto found = mcp::missing_capabilities(json::value(requests), json::value(client));
    if (!found) return "!" + found.error().why();
    return found->value_or("nothing");
}

const std::string form = R"({"method":"elicitation/create","params":{"mode":"form"}})",
                  plain = R"({"method":"elicitation/create","params":{}})",
                  url = R"({"method":"elicitation/create","params":{"mode":"url"}})",
                  sample = R"({"method":"sampling/createMessage","params":{"messages":[]}})",
                  sample_with_tools = R"({"method":"sampling/createMessage","params":{"messages":[],"tools":[]}})",
                  roots = R"({"method":"roots/list"})";

std::string asking(const std::string& one) { return R"({"a":)" + one + "}"; }
std::string asking(const std::string& one, const std::string& two) { return R"({"a":)" + one + R"(,"b":)" + two + "}"; }

}  // namespace

TEST_CASE("each client method needs its capability, and some requests need a part of it") {
    struct row {
        std::string request, enough, missing;
    };
    for (const auto& [request, enough, without] :
         {row{form, R"({"elicitation":{}})", R"({"elicitation":{}})"},
          row{plain, R"({"elicitation":{}})", R"({"elicitation":{}})"},
          row{url, R"({"elicitation":{"url":{}}})", R"({"elicitation":{"url":{}}})"},
          row{sample, R"({"sampling":{}})", R"({"sampling":{}})"},
          row{sample_with_tools, R"({"sampling":{"tools":{}}})", R"({"sampling":{"tools":{}}})"},
          row{roots, R"({"roots":{"listChanged":true}})", R"({"roots":{}})"}}) {
        CAPTURE(request);
        CHECK(missing(asking(request), enough) == "nothing");
        CHECK(missing(asking(request), "{}") == without);
        CHECK(missing(asking(request), R"({"tools":{},"experimental":{}})") == without);
    }
}

TEST_CASE("a capability without the needed part is missing") {
    CHECK(missing(asking(url), R"({"elicitation":{}})") == R"({"elicitation":{"url":{}}})");
    CHECK(missing(asking(url), R"({"elicitation":{"form":{}}})") == R"({"elicitation":{"url":{}}})");
    CHECK(missing(asking(sample_with_tools), R"({"sampling":{"context":{}}})") == R"({"sampling":{"tools":{}}})");
}

TEST_CASE("a capability that is not an object is not declared") {
    for (const char* invalid : {"null", "true", "false", "1", "[]", "\"yes\""}) {
        CAPTURE(invalid);
        CHECK(missing(asking(form), R"({"elicitation":)" + std::string(invalid) + "}") == R"({"elicitation":{}})");
    }
}

TEST_CASE("a client that declares no capabilities has none") {
    const auto requests = asking(roots);
    for (const char* client : {"{}", R"({"name":"c"})", R"({"capabilities":null})"})
        CHECK(mcp::missing_capabilities(json::value(requests), json::value(client))->value() == R"({"roots":{}})");
}

TEST_CASE("every missing capability is named once") {
    CHECK(missing(asking(form, sample), "{}") == R"({"elicitation":{},"sampling":{}})");
    CHECK(missing(asking(form, plain), "{}") == R"({"elicitation":{}})");
    CHECK(missing(asking(form, sample), R"({"sampling":{}})") == R"({"elicitation":{}})");
    CHECK(missing(asking(url, url), R"({"elicitation":{}})") == R"({"elicitation":{"url":{}}})");
}

TEST_CASE("a client that declares url mode supports form mode only when it declares it, and a client that declares "
          "neither supports form mode") {
    CHECK(missing(asking(form), R"({"elicitation":{"url":{}}})") == R"({"elicitation":{"form":{}}})");
    CHECK(missing(asking(form), R"({"elicitation":{"form":{},"url":{}}})") == "nothing");
    CHECK(missing(asking(form), R"({"elicitation":{"other":{}}})") == "nothing");
    CHECK(missing(asking(url), R"({"elicitation":{"form":{},"url":{}}})") == "nothing");
}

TEST_CASE("a missing part is named, also when another request lacks the whole capability") {
    for (const auto& requests : {asking(form, url), asking(url, form)})
        CHECK(missing(requests, "{}").find(R"("url":{})") != std::string::npos);
    CHECK(missing(asking(sample, sample_with_tools), "{}") == R"({"sampling":{"tools":{}}})");
}

TEST_CASE("a client that declares the missing capabilities lacks none") {
    const std::array all{form, plain, url, sample, sample_with_tools, roots};
    for (const auto& one : all)
        for (const auto& two : all) {
            const auto requests = asking(one, two), named = missing(requests, "{}");
            CAPTURE(requests, named);
            CHECK(missing(requests, named) == "nothing");
        }
}

TEST_CASE("no requests need no capabilities") { CHECK(missing("{}", "{}") == "nothing"); }

TEST_CASE("a method that is not a client method is a complaint that names it") {
    CHECK(missing(asking(R"({"method":"no/such"})"), "{}") ==
          "!it requests \"no/such\" from the client, which is not a client method");
    for (const char* invalid :
         {"{}", "1", "null", "[]", R"({"method":1})", R"({"method":"tools/call"})", R"({"method":"Roots/list"})"}) {
        CAPTURE(invalid);
        CHECK(missing(asking(invalid), R"({"roots":{}})").starts_with("!it requests \""));
    }
    CHECK(missing(asking(roots, R"({"method":"no/such"})"), "{}").starts_with("!"));
    CHECK(missing(asking(R"({"method":")" + std::string(3000, 'x') + "\"}"), "{}").size() < 300);
}
