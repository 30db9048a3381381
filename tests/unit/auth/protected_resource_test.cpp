#include "auth/protected_resource.hpp"

#include <optional>
#include <string>
#include <vector>

#include "auth/challenge.hpp"
#include "captured_log.hpp"
#include "catch.hpp"
#include "plugins.hpp"

using namespace toolrack;
using auth::protected_resource;

namespace {

constexpr auto resource = "https://tools.example.com/mcp";

protected_resource made(const std::vector<std::string>& metadata, std::string_view of = resource) {
    auto read = protected_resource::read(of, metadata);
    REQUIRE(read.has_value());
    return *read;
}

std::string error_for(const std::string& metadata) {
    const auto read = protected_resource::read(resource, {metadata});
    return read ? std::string() : read.error().why;
}

}  // namespace

TEST_CASE("without an authorization server there is no document") {
    for (const auto& metadata : std::vector<std::vector<std::string>>{
             {}, {""}, {"", ""}, {"{}"}, {R"({"authorization_servers":[]})"}, {R"({"scopes_supported":["a"]})"}}) {
        const auto nothing = made(metadata);
        CHECK_FALSE(nothing.is_published());
        CHECK(nothing.url().empty());
        CHECK_FALSE(nothing.is_at("/.well-known/oauth-protected-resource", "/mcp"));
        CHECK_FALSE(nothing.is_at("/.well-known/oauth-protected-resource/mcp", "/mcp"));
    }
}

TEST_CASE("the metadata of a backend becomes the document of RFC 9728") {
    const auto all = made({R"({"authorization_servers":["https://id.example.com"],)"
                           R"("scopes_supported":["orders:read","offline_access"]})"});
    CHECK(all.document() ==
          R"({"resource":"https://tools.example.com/mcp","authorization_servers":["https://id.example.com"],)"
          R"("scopes_supported":["orders:read"],"bearer_methods_supported":["header"]})");
    CHECK(made({R"({"authorization_servers":["https://id.example.com"]})"}).document() ==
          R"({"resource":"https://tools.example.com/mcp","authorization_servers":["https://id.example.com"],)"
          R"("bearer_methods_supported":["header"]})");
}

TEST_CASE("several backends are merged, each entry once") {
    const auto all = made({R"({"authorization_servers":["https://a","https://b"],"scopes_supported":["x"]})",
                           "",
                           R"({"authorization_servers":["https://b","https://c"],"scopes_supported":["y","x"]})",
                           R"({"scopes_supported":["ignored"]})"});
    CHECK(all.document().find(R"("authorization_servers":["https://a","https://b","https://c"],)"
                              R"("scopes_supported":["x","y"],)") != std::string::npos);
}

TEST_CASE("the document is at the path of the resource, at the path of the endpoint, and at the root") {
    const auto metadata = std::vector<std::string>{R"({"authorization_servers":["https://id.example.com"]})"};
    const std::string root = "/.well-known/oauth-protected-resource";
    const auto behind_proxy = made(metadata, "https://example.com/tools/mcp");
    CHECK(behind_proxy.url() == "https://example.com/.well-known/oauth-protected-resource/tools/mcp");
    for (const auto& path : {root, root + "/tools/mcp", root + "/mcp"}) CHECK(behind_proxy.is_at(path, "/mcp"));
    for (const auto& path :
         {root + "/", root + "/mcp/", root + "x", root + "/tools", std::string("/mcp"), std::string()})
        CHECK_FALSE(behind_proxy.is_at(path, "/mcp"));
    CHECK(made(metadata, "https://example.com").url() == "https://example.com/.well-known/oauth-protected-resource");
    CHECK(made(metadata, "https://example.com/").url() == "https://example.com/.well-known/oauth-protected-resource");
    CHECK(made(metadata, "http://[::1]:8080/mcp").url() ==
          "http://[::1]:8080/.well-known/oauth-protected-resource/mcp");
}

TEST_CASE("invalid metadata is reported") {
    CHECK(error_for("{") == "its metadata cannot be used: it is not valid JSON");
    CHECK(error_for("[]") == "its metadata is not a JSON object");
    for (const char* servers : {"1",
                                "\"https://a\"",
                                "[1]",
                                "[\"\"]",
                                "[\"id.example.com\"]",
                                "[\"javascript:x\"]",
                                "[\"https://a b\"]",
                                "[\"https://a\\\"\"]",
                                "[\"https://a\\r\\nX: y\"]"})
        CHECK(error_for(R"({"authorization_servers":)" + std::string(servers) + "}") ==
              "\"authorization_servers\" in its metadata is not an array of https URLs");
    CHECK(error_for(R"({"authorization_servers":["https://a"],"scopes_supported":"x"})") ==
          "\"scopes_supported\" in its metadata is not an array of scopes");
    for (const char* scopes : {"[\"\"]", "[1]", "[\"a b\"]", "[\"a\\\"\"]", "[\"a\\r\\nX: y\"]", "[\"a\\\\\"]"})
        CHECK(error_for(R"({"authorization_servers":["https://a"],"scopes_supported":)" + std::string(scopes) + "}") ==
              "\"scopes_supported\" in its metadata is not an array of scopes");
    CHECK(protected_resource::read(resource, {"", "", "{"}).error().backend == 2);
}

TEST_CASE("a challenge names the scopes for a first token when there is an authorization server") {
    const auto all = made({R"({"authorization_servers":["https://a"],)"
                           R"("scopes_supported":["orders:read","offline_access","b"]})"});
    CHECK(all.scopes() == "orders:read b");
    const auto end = R"(, scope="orders:read b", resource_metadata=")" + all.url() + '"';
    CHECK(auth::challenge(identity::refusal::no_token, all.url(), all.scopes()) == R"(Bearer realm="toolrack")" + end);
    CHECK(auth::challenge(identity::refusal::bad_token, all.url(), all.scopes()) ==
          R"(Bearer realm="toolrack", error="invalid_token")" + end);
    CHECK(auth::challenge(identity::refusal::too_many_failures, all.url(), all.scopes()).find("scope=") ==
          std::string::npos);
    CHECK(made({R"({"scopes_supported":["orders:read"]})"}).scopes().empty());
    std::string many;
    for (int n = 0; n != 1000; ++n) many += (n ? ",\"s" : "\"s") + std::to_string(n) + '"';
    CHECK(made({R"({"authorization_servers":["https://a"],"scopes_supported":[)" + many + "]}"}).scopes().empty());
}

TEST_CASE("a backend can offer metadata for OAuth clients") {
    test::captured_log log;
    const auto metadata_of = [&](const std::filesystem::path& file, const std::string& options) {
        auto settings = test::settings_named("backend");
        settings.options.json = options;
        return test::instance_of(file, settings, log)->auth_metadata();
    };
    CHECK(*metadata_of(test::shipped_backend("open-access"), "{}") == "");
    CHECK(*metadata_of(test::build_folder / "hostile/odd-backend.so", R"({"does":"grant","traits":1})") == "");
    const auto with_metadata = test::hostile("scopes-from-token");
    CHECK(*metadata_of(with_metadata, "{}") == "");
    CHECK(*metadata_of(with_metadata, R"({"metadata":"{\"a\":1}"})") == R"({"a":1})");
    CHECK(*metadata_of(with_metadata, R"({"metadata":"{"})") == "{");
    CHECK(metadata_of(with_metadata, R"({"metadata":")" + std::string(70'000, 'x') + "\"}").error().why() ==
          "its metadata is longer than 64 KiB");
}

TEST_CASE("challenges name the document if it exists") {
    const std::string url = "https://tools.example.com/.well-known/oauth-protected-resource/mcp";
    const auto with = R"(, resource_metadata=")" + url + '"';
    CHECK(auth::challenge(identity::refusal::no_token, url) == R"(Bearer realm="toolrack")" + with);
    CHECK(auth::challenge(identity::refusal::bad_token, url) ==
          R"(Bearer realm="toolrack", error="invalid_token")" + with);
    CHECK(auth::challenge(identity::refusal::unavailable, url).empty());
    CHECK(auth::scope_challenge({"a", "b:c"}) ==
          R"(Bearer realm="toolrack", error="insufficient_scope", scope="a b:c")");
    CHECK(auth::scope_challenge({"a"}, url) ==
          R"(Bearer realm="toolrack", error="insufficient_scope", scope="a")" + with);
}
