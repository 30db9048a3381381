// completion/complete, in both eras.
#include <string>

#include "catch.hpp"
#include "endpoint_fixture.hpp"

using namespace toolrack;
using test::endpoint_fixture;
using test::response;

namespace {

std::string complete_params(const std::string& ref, const std::string& argument = R"({"name":"who","value":"An"})") {
    return R"("ref":)" + ref + R"(,"argument":)" + argument;
}
std::string prompt(const std::string& name) { return R"({"type":"ref/prompt","name":")" + name + "\"}"; }
std::string resource(const std::string& uri) { return R"({"type":"ref/resource","uri":")" + uri + "\"}"; }

std::string values(const response& response) {
    return std::string(response.result().at("completion").at("values").text());
}

constexpr auto title = R"({"name":"title","value":"T"})";

}  // namespace

TEST_CASE("an argument of a prompt is completed, in both eras") {
    endpoint_fixture server({test::books});
    const auto legacy = server.legacy("completion/complete", complete_params(prompt("letter"))),
               modern = server.modern("completion/complete", complete_params(prompt("letter")));
    for (const auto* response : {&legacy, &modern}) {
        CHECK(response->status == 200);
        CHECK(response->result().at("completion").text() == R"({"values":["Ana","Anb"],"total":2,"hasMore":false})");
    }
    CHECK_FALSE(legacy.result().find("resultType"));
    CHECK(modern.result().at("resultType").str() == "complete");
}

TEST_CASE("a variable of a template is completed, also when the ref is a URI of the template") {
    endpoint_fixture server({test::books});
    CHECK(values(server.legacy("completion/complete", complete_params(resource("book://{title}"), title))) ==
          R"(["Ta","Tb"])");
    CHECK(values(server.modern("completion/complete", complete_params(resource("book://{title}"), title))) ==
          R"(["Ta","Tb"])");
    CHECK(values(server.legacy("completion/complete", complete_params(resource("book://two"), title))) ==
          R"(["Ta","Tb"])");
}

TEST_CASE("a feature without completions returns an empty list") {
    endpoint_fixture server({test::books});
    for (const auto& ref : {prompt("closed"), resource("book://one"), resource("book://{+place}")}) {
        CAPTURE(ref);
        CHECK(values(server.legacy("completion/complete", complete_params(ref))) == "[]");
    }
    CHECK(values(server.legacy("completion/complete",
                               complete_params(prompt("letter"), R"({"name":"tone","value":""})"))) == "[]");
}

TEST_CASE("a prefixed prompt is completed by its own name") {
    auto prefixed = test::books;
    prefixed.prefix = "room_";
    endpoint_fixture server({prefixed});
    CHECK(values(server.legacy("completion/complete", complete_params(prompt("room_letter")))) == R"(["Ana","Anb"])");
    CHECK(server.legacy("completion/complete", complete_params(prompt("letter"))).error() == -32602);
}

TEST_CASE("a ref to an unknown feature is refused, and the error says what a ref is") {
    endpoint_fixture server({test::books});
    for (const std::string& ref : {prompt("no_such"),
                                   prompt("borrow"),
                                   resource("film://one"),
                                   std::string("{}"),
                                   std::string("null"),
                                   std::string("\"letter\""),
                                   std::string(R"({"type":"ref/tool","name":"borrow"})"),
                                   std::string(R"({"type":"ref/prompt","uri":"book://one"})"),
                                   std::string(R"({"type":"ref/resource","name":"letter"})"),
                                   std::string(R"({"name":"letter"})")}) {
        CAPTURE(ref);
        for (const auto& response : {server.legacy("completion/complete", complete_params(ref)),
                                     server.modern("completion/complete", complete_params(ref))}) {
            CHECK(response.error() == -32602);
            CHECK(response.sentence() ==
                  "params.ref must name a prompt (\"type\":\"ref/prompt\",\"name\") or a resource template "
                  "(\"type\":\"ref/resource\",\"uri\") that this server lists.");
        }
    }
}

TEST_CASE("an argument without a name and a value is refused") {
    endpoint_fixture server({test::books});
    for (const char* argument : {"{}",
                                 "null",
                                 "[]",
                                 R"({"name":"who"})",
                                 R"({"value":"x"})",
                                 R"({"name":1,"value":"x"})",
                                 R"({"name":"who","value":null})"}) {
        CAPTURE(argument);
        const auto response = server.legacy("completion/complete", complete_params(prompt("letter"), argument));
        CHECK(response.error() == -32602);
        CHECK(response.sentence() == "params.argument must have the strings \"name\" and \"value\".");
    }
    CHECK(server.legacy("completion/complete").error() == -32602);
}

TEST_CASE("a ref with a URI over the length limit is refused") {
    endpoint_fixture server({test::books});
    const auto response =
        server.legacy("completion/complete", complete_params(resource("book://" + std::string(3000, 'x')), title));
    CHECK(response.error() == -32602);
}

TEST_CASE("completion/complete ignores inputResponses and requestState") {
    endpoint_fixture server({test::books});
    const auto response = server.modern(
        "completion/complete", complete_params(prompt("letter")) + R"(,"requestState":"forged","inputResponses":1)");
    CHECK(response.error() == 0);
}
