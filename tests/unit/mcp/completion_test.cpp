// completion/complete, in both eras.
#include <string>

#include "catch.hpp"
#include "office.hpp"

using namespace toolrack;
using test::heard;
using test::office;

namespace {

std::string asking(const std::string& ref, const std::string& argument = R"({"name":"who","value":"An"})") {
    return R"("ref":)" + ref + R"(,"argument":)" + argument;
}
std::string prompt(const std::string& name) { return R"({"type":"ref/prompt","name":")" + name + "\"}"; }
std::string resource(const std::string& uri) { return R"({"type":"ref/resource","uri":")" + uri + "\"}"; }

std::string values(const heard& heard) { return std::string(heard.result().at("completion").at("values").text()); }

constexpr auto title = R"({"name":"title","value":"T"})";

}  // namespace

TEST_CASE("an argument of a prompt is completed, in both eras") {
    office here({test::reading_room});
    const auto legacy = here.legacy("completion/complete", asking(prompt("letter"))),
               modern = here.modern("completion/complete", asking(prompt("letter")));
    for (const auto* heard : {&legacy, &modern}) {
        CHECK(heard->status == 200);
        CHECK(heard->result().at("completion").text() == R"({"values":["Ana","Anb"],"total":2,"hasMore":false})");
    }
    CHECK_FALSE(legacy.result().find("resultType"));
    CHECK(modern.result().at("resultType").str() == "complete");
}

TEST_CASE("a variable of a template is completed, also when its uri is given in place of the template") {
    office here({test::reading_room});
    CHECK(values(here.legacy("completion/complete", asking(resource("book://{title}"), title))) == R"(["Ta","Tb"])");
    CHECK(values(here.modern("completion/complete", asking(resource("book://{title}"), title))) == R"(["Ta","Tb"])");
    CHECK(values(here.legacy("completion/complete", asking(resource("book://two"), title))) == R"(["Ta","Tb"])");
}

TEST_CASE("who has no completions to give gives none") {
    office here({test::reading_room});
    for (const auto& ref : {prompt("closed"), resource("book://one"), resource("book://{+place}")}) {
        CAPTURE(ref);
        CHECK(values(here.legacy("completion/complete", asking(ref))) == "[]");
    }
    CHECK(values(here.legacy("completion/complete", asking(prompt("letter"), R"({"name":"tone","value":""})"))) ==
          "[]");
}

TEST_CASE("a prefixed prompt is completed by its own name") {
    auto prefixed = test::reading_room;
    prefixed.prefix = "room_";
    office here({prefixed});
    CHECK(values(here.legacy("completion/complete", asking(prompt("room_letter")))) == R"(["Ana","Anb"])");
    CHECK(here.legacy("completion/complete", asking(prompt("letter"))).error() == -32602);
}

TEST_CASE("a reference to nothing that is listed is refused with what one is") {
    office here({test::reading_room});
    for (const std::string& ref :
         {prompt("no_such"), prompt("borrow"), resource("film://one"), std::string("{}"), std::string("null"),
          std::string("\"letter\""), std::string(R"({"type":"ref/tool","name":"borrow"})"),
          std::string(R"({"type":"ref/prompt","uri":"book://one"})"),
          std::string(R"({"type":"ref/resource","name":"letter"})"), std::string(R"({"name":"letter"})")}) {
        CAPTURE(ref);
        for (const auto& heard :
             {here.legacy("completion/complete", asking(ref)), here.modern("completion/complete", asking(ref))}) {
            CHECK(heard.error() == -32602);
            CHECK(heard.sentence() ==
                  "params.ref must name a prompt (\"type\":\"ref/prompt\",\"name\") or a resource template "
                  "(\"type\":\"ref/resource\",\"uri\") that is listed here.");
        }
    }
}

TEST_CASE("an argument without a name and a value is refused") {
    office here({test::reading_room});
    for (const char* argument : {"{}", "null", "[]", R"({"name":"who"})", R"({"value":"x"})",
                                 R"({"name":1,"value":"x"})", R"({"name":"who","value":null})"}) {
        CAPTURE(argument);
        const auto heard = here.legacy("completion/complete", asking(prompt("letter"), argument));
        CHECK(heard.error() == -32602);
        CHECK(heard.sentence() == "params.argument must have the strings \"name\" and \"value\".");
    }
    CHECK(here.legacy("completion/complete").error() == -32602);
}

TEST_CASE("a uri longer than any that a plugin can name completes nothing") {
    office here({test::reading_room});
    const auto heard = here.legacy("completion/complete", asking(resource("book://" + std::string(3000, 'x')), title));
    CHECK(heard.error() == -32602);
}

TEST_CASE("a completion may not ask, so what a client sends for a round means nothing to it") {
    office here({test::reading_room});
    const auto heard = here.modern("completion/complete",
                                   asking(prompt("letter")) + R"(,"requestState":"forged","inputResponses":1)");
    CHECK(heard.error() == 0);
}
