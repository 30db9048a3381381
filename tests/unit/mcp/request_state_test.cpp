// The state of a feature between rounds: sealed for one principal, one method and the same parameters, for 30 minutes.
#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catch.hpp"
#include "mcp/request_state.hpp"
#include "principals.hpp"
#include "set_clock.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

constexpr auto not_ours =
    "params.requestState was not made by this server for this request. Repeat the request without it.";

class request_state_fixture {
public:
    // The sealed state of tools/call with params {"name":"x","arguments":{}}, or with `params`.
    std::string sealed(const std::string& state, const std::string& params = echo) {
        return sealed_by(ann, state, params);
    }
    std::string sealed_by(const identity::principal& who, const std::string& state, const std::string& params = echo) {
        const auto body = request("tools/call", params);
        return states.close(state, *wire::parse_message(body, {}), who);
    }

    // The state that the feature gets, or the error sentence.
    std::string opened(const std::string& sealed,
                       const identity::principal& who,
                       const std::string& params = echo,
                       const std::string& method = "tools/call") {
        const auto read = round(params + R"(,"requestState":")" + sealed + "\"", who, method);
        return read ? read->state : read.error().why();
    }
    std::string opened(const std::string& sealed) { return opened(sealed, ann); }

    result<mcp::round, complaint>
    round(const std::string& params, const identity::principal& who, const std::string& method = "tools/call") {
        const auto body = request(method, params);
        return states.open(*wire::parse_message(body, {}), who);
    }
    std::string refused(const std::string& more) {
        const auto read = round(std::string(echo) + more, ann);
        return read ? std::string() : read.error().why();
    }

    static constexpr auto echo = R"("name":"x","arguments":{})";

    test::captured_log log;
    test::io_fixture io;
    test::set_clock clock;
    const identity::principal ann = test::principal_named("ann", io, log);
    const identity::principal bob = test::principal_named("bob", io, log);
    const identity::principal ann_of_elsewhere = test::principal_named("ann", io, log, R"(["*"])", "elsewhere");
    const identity::principal ann_with_another_token = test::principal_named("ann", io, log, R"(["a:b"])");

private:
    static std::string request(const std::string& method, const std::string& params) {
        return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{)" + params + "}}";
    }
    static seal made_seal() {
        std::vector<secret> keys;
        keys.push_back(random_key());
        return seal(keys);
    }

    seal seal_ = made_seal();

public:
    const mcp::request_states states{seal_, clock};
};

}  // namespace

// CONTRACT.md, H9.
TEST_CASE("a state is opened for the same principal and the same request") {
    request_state_fixture fixture;
    for (const auto& state :
         {std::string(R"({"step":2})"), std::string("\"x\""), std::string("null"), std::string(60'000, ' ') + "1"}) {
        const auto sealed = fixture.sealed(state);
        CHECK(fixture.opened(sealed) == state);
        CHECK(fixture.opened(sealed) == state);  // any number of times
    }
}

TEST_CASE("a sealed state reveals neither its content nor that two are equal") {
    request_state_fixture fixture;
    const auto sealed = fixture.sealed(R"({"secret":"canary"})");
    CHECK(sealed.find("canary") == std::string::npos);
    CHECK(sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    CHECK(fixture.sealed(R"({"secret":"canary"})") != sealed);
}

TEST_CASE("a state of one principal is refused from another, and from the same subject of another issuer") {
    request_state_fixture fixture;
    const auto sealed = fixture.sealed("1");
    CHECK(fixture.opened(sealed, fixture.bob) == not_ours);
    CHECK(fixture.opened(sealed, fixture.ann_of_elsewhere) == not_ours);
    CHECK(fixture.opened(sealed, fixture.ann_with_another_token) == "1");
}

// CONTRACT.md, H9.
TEST_CASE("a state of one request is refused in another") {
    request_state_fixture fixture;
    const auto sealed = fixture.sealed("1");
    CHECK(fixture.opened(sealed, fixture.ann, request_state_fixture::echo, "prompts/get") == not_ours);
    for (const char* params : {R"("name":"y","arguments":{})",
                               R"("name":"x","arguments":{"a":1})",
                               R"("name":"x")",
                               R"("name":"x","arguments":[])",
                               R"("name":"x","arguments":{},"more":1)",
                               R"("nam":"ex","arguments":{})"}) {
        CAPTURE(params);
        CHECK(fixture.opened(sealed, fixture.ann, params) == not_ours);
    }
}

TEST_CASE("parameters are compared by value, not by their text") {
    request_state_fixture fixture;
    const auto sealed = fixture.sealed("1", R"("name":"x","arguments":{"a":[1,{"b":"c","d":null}],"e":"f"})");
    CHECK(fixture.opened(sealed,
                         fixture.ann,
                         R"("arguments" : { "\u0065":"\u0066", "a": [ 1, {"d":null,"b":"c"} ]}, "name":"x")") == "1");
    for (const char* params : {R"("name":"x","arguments":{"a":[{"b":"c","d":null},1],"e":"f"})",
                               R"("name":"x","arguments":{"a":[1,{"b":"c"}],"e":"f"})",
                               R"("name":"x","arguments":{"a":["1",{"b":"c","d":null}],"e":"f"})",
                               R"("name":"x","arguments":{"a":[1],"b":"c","d":null,"e":"f"})"}) {
        CAPTURE(params);
        CHECK(fixture.opened(sealed, fixture.ann, params) == not_ours);
    }
}

TEST_CASE("members that differ between rounds are not compared") {
    request_state_fixture fixture;
    const auto sealed = fixture.sealed(
        "1", R"("name":"x","_meta":{"progressToken":1},"inputResponses":{"a":1},"requestState":"before")");
    CHECK(fixture.opened(sealed, fixture.ann, R"("name":"x","_meta":{"progressToken":2},"inputResponses":{"b":2})") ==
          "1");
    CHECK(fixture.opened(sealed, fixture.ann, R"("name":"x")") == "1");
}

TEST_CASE("parameters cannot be shifted between members") {
    request_state_fixture fixture;
    const auto sealed = fixture.sealed("1", R"("a":"b","c":"d")");
    for (const char* params :
         {R"("a":"b\"c\"d")", R"("ab":"","c":"d")", R"("a":{"b":"c"},"d":1)", R"("a":["b","c"],"d":1)"})
        CHECK(fixture.opened(sealed, fixture.ann, params) == not_ours);
}

TEST_CASE("a state expires, and the error says so") {
    request_state_fixture fixture;
    const auto sealed = fixture.sealed("1");
    fixture.clock.pass(30min - 1s);
    CHECK(fixture.opened(sealed) == "1");
    fixture.clock.pass(1s);
    CHECK(fixture.opened(sealed) == "params.requestState has expired. Repeat the request without it.");
    CHECK(fixture.opened(sealed, fixture.bob) == not_ours);
}

TEST_CASE("a state that was changed anywhere is refused") {
    request_state_fixture fixture;
    const auto sealed = fixture.sealed(R"({"step":2})");
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        auto changed = sealed;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CAPTURE(at);
        // The last character may have unused bits; a text that sets them is malformed.
        CHECK(fixture.opened(changed) == not_ours);
    }
    for (const auto& invalid : {std::string(),
                                std::string("x"),
                                sealed.substr(1),
                                sealed.substr(0, sealed.size() - 1),
                                sealed + "A",
                                sealed + sealed,
                                std::string(100'000, 'A')})
        CHECK(fixture.opened(invalid) == not_ours);
}

TEST_CASE("a state sealed with another key is refused") {
    request_state_fixture fixture, other;
    CHECK(fixture.opened(other.sealed("1")) == not_ours);
}

TEST_CASE("a request without a state is in its first round") {
    request_state_fixture fixture;
    for (const char* params : {"", R"("name":"x")", R"("requestState":null,"inputResponses":null)"}) {
        const auto read = fixture.round(params, fixture.ann);
        REQUIRE(read.has_value());
        CHECK(read->state.empty());
        CHECK(read->responses.empty());
    }
    const auto answers = fixture.round(R"("inputResponses":{"a": {}})", fixture.ann);
    CHECK(answers->responses == R"({"a": {}})");
}

TEST_CASE("inputResponses and requestState of the wrong type are refused") {
    request_state_fixture fixture;
    for (const char* invalid : {"1", "[]", "{}", "true"})
        CHECK(fixture.refused(R"(,"requestState":)" + std::string(invalid)) == "params.requestState must be a string.");
    for (const char* invalid : {"1", "[]", "\"x\"", "true"})
        CHECK(fixture.refused(R"(,"inputResponses":)" + std::string(invalid)) ==
              "params.inputResponses must be an object.");
}
