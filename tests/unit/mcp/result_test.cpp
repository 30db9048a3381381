#include "mcp/result.hpp"

#include <toolrack/json.hpp>

#include <string>

#include "catch.hpp"
#include "wire/json.hpp"

using namespace toolrack;
using wire::newest_legacy;
using wire::newest_modern;

namespace {

constexpr auto server_info = "io.modelcontextprotocol/serverInfo";

std::string checked(const wire::reply& reply) {
    CHECK(reply.status == 200);
    CHECK_FALSE(wire::check_json(reply.json));
    return reply.json;
}

long code_for(const wire::version& version, const std::string& code) {
    const auto text = checked(mcp::plugin_error("1", version, R"({"code":)" + code + R"(,"message":"m"})"));
    return static_cast<long>(json::value(text).at("error").at("code").i64());
}

}  // namespace

TEST_CASE("serverInfo has the name and the version") {
    const json::value info(mcp::server_info());
    CHECK(info.at("name").str() == "toolrack");
    CHECK(info.at("version").str() == TOOLRACK_VERSION);
}

TEST_CASE("a modern result has resultType and serverInfo, a legacy one has neither") {
    const auto modern = checked(mcp::host_result("1", newest_modern, R"("tools":[])"));
    const auto result = json::value(modern).at("result");
    CHECK(result.at("resultType").str() == "complete");
    CHECK(result.at("_meta").at(server_info).text() == mcp::server_info());
    CHECK(result.at("tools").size() == 0);
    CHECK(checked(mcp::host_result("1", newest_legacy, R"("tools":[])")) ==
          R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})");
}

TEST_CASE("a result may be empty") {
    CHECK(checked(mcp::host_result("1", newest_legacy, {})) == R"({"jsonrpc":"2.0","id":1,"result":{}})");
    const auto modern = checked(mcp::host_result("1", newest_modern, {}));
    CHECK(json::value(modern).at("result").size() == 2);
}

TEST_CASE("a legacy client gets a plugin's result unchanged") {
    const std::string said = R"({"content":[1.50,"\u0041"],"_meta":{"a":1},"x":null})";
    CHECK(checked(mcp::plugin_result("\"i\"", newest_legacy, said)) ==
          R"({"jsonrpc":"2.0","id":"i","result":)" + said + "}");
}

TEST_CASE("a modern client gets a plugin's result with the server's _meta merged into the plugin's") {
    const auto text = checked(
        mcp::plugin_result("1", newest_modern, R"({"content":[1.50],"_meta":{"a":1,"b":{"c":[]}},"isError":false})"));
    const auto result = json::value(text).at("result");
    CHECK(result.size() == 4);
    CHECK(result.at("resultType").str() == "complete");
    CHECK(result.at("content").text() == "[1.50]");
    CHECK_FALSE(result.at("isError").boolean());
    const auto meta = result.at("_meta");
    CHECK(meta.size() == 3);
    CHECK(meta.at(server_info).text() == mcp::server_info());
    CHECK(meta.at("a").i64() == 1);
    CHECK(meta.at("b").text() == R"({"c":[]})");
}

TEST_CASE("a plugin can forge neither serverInfo nor resultType") {
    for (const std::string& said :
         {std::string(R"({"content":[],"resultType":"task",)"
                      R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"forged"}}})"),
          std::string(R"({"content":[],"\u0072esultType":"task",)"
                      R"("_\u006deta":{"io.modelcontextprotocol\/serverInfo":{"name":"forged"}}})")}) {
        const auto text = checked(mcp::plugin_result("1", newest_modern, said));
        CHECK(text.find("forged") == std::string::npos);
        CHECK(text.find("task") == std::string::npos);
        CHECK(json::value(text).at("result").at("resultType").str() == "complete");
    }
}

TEST_CASE("a _meta that is not an object is left out of a modern result") {
    const auto text = checked(mcp::plugin_result("1", newest_modern, R"({"content":[],"_meta":7})"));
    CHECK(json::value(text).at("result").at("_meta").size() == 1);
}

TEST_CASE("members with unusual names survive the merge") {
    const auto text =
        checked(mcp::plugin_result("1", newest_modern, R"({"content":[],"a\"b\n":1,"_meta":{"\\":2,"":3}})"));
    const auto result = json::value(text).at("result");
    CHECK(result.at("a\"b\n").i64() == 1);
    CHECK(result.at("_meta").at("\\").i64() == 2);
    CHECK(result.at("_meta").at("").i64() == 3);
}

TEST_CASE("a plugin's error keeps its code, its message and its data") {
    CHECK(checked(mcp::plugin_error(
              "1", newest_modern, R"({"code":-32602,"message":"No \"x\".","data":{"a":[1]},"more":1})")) ==
          R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"No \"x\".","data":{"a":[1]}}})");
}

TEST_CASE("an error code reserved for the protocol becomes an internal error") {
    for (const auto* version : {&newest_modern, &newest_legacy}) {
        for (const char* reserved : {"-32020", "-32021", "-32022", "-32050", "-32098", "-32099"})
            CHECK(code_for(*version, reserved) == -32603);
        for (const char* open :
             {"-32000", "-32001", "-32019", "-32100", "-32600", "-32603", "-32700", "1", "0", "42", "-1"})
            CHECK(code_for(*version, open) == std::stol(open));
    }
}

TEST_CASE("a missing resource has the code of its era") {
    CHECK(code_for(newest_modern, "-32002") == -32602);
    CHECK(code_for(newest_legacy, "-32002") == -32002);
}

TEST_CASE("an error code that is not a small integer becomes an internal error") {
    for (const char* invalid : {"1.5", "1e3", "-3.2e4", "12345678901", "-99999999999999999999"})
        CHECK(code_for(newest_modern, invalid) == -32603);
}
