// What a feature wants back in its next round, on its way through the client: sealed for one person, one
// method and the same parameters, for a while.
#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catch.hpp"
#include "mcp/rounds.hpp"
#include "principals.hpp"
#include "set_clock.hpp"

using namespace toolrack;
using namespace std::chrono_literals;

namespace {

constexpr auto not_ours = "params.requestState was not made by this server for this request. Begin again without it.";

class post_office {
public:
    // Of tools/call with params {"name":"x","arguments":{}}, unless something else is said.
    std::string sealed(const std::string& state, const std::string& params = echo) {
        return sealed_by(ann, state, params);
    }
    std::string sealed_by(const identity::principal& who, const std::string& state, const std::string& params = echo) {
        const auto body = request("tools/call", params);
        return keeper.keep(state, *wire::parse_message(body, {}), who);
    }

    // What the feature gets back, or the sentence that the client reads.
    std::string opened(const std::string& sealed,
                       const identity::principal& who,
                       const std::string& params = echo,
                       const std::string& method = "tools/call") {
        const auto read = round(params + R"(,"requestState":")" + sealed + "\"", who, method);
        return read ? read->state : read.error().why();
    }
    std::string opened(const std::string& sealed) { return opened(sealed, ann); }

    result<mcp::round, complaint> round(const std::string& params,
                                        const identity::principal& who,
                                        const std::string& method = "tools/call") {
        const auto body = request(method, params);
        return keeper.read(*wire::parse_message(body, {}), who);
    }
    std::string refused(const std::string& more) {
        const auto read = round(std::string(echo) + more, ann);
        return read ? std::string() : read.error().why();
    }

    static constexpr auto echo = R"("name":"x","arguments":{})";

    test::captured_log log;
    test::io_room room;
    test::set_clock clock;
    const identity::principal ann = test::principal_named("ann", room, log);
    const identity::principal bob = test::principal_named("bob", room, log);
    const identity::principal ann_of_elsewhere = test::principal_named("ann", room, log, R"(["*"])", "elsewhere");
    const identity::principal ann_with_another_token = test::principal_named("ann", room, log, R"(["a:b"])");

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
    const mcp::state_keeper keeper{seal_, clock};
};

}  // namespace

// CONTRACT.md, H9.
TEST_CASE("a state comes back as it was, to the same person for the same request") {
    post_office here;
    for (const auto& state :
         {std::string(R"({"step":2})"), std::string("\"x\""), std::string("null"), std::string(60'000, ' ') + "1"}) {
        const auto sealed = here.sealed(state);
        CHECK(here.opened(sealed) == state);
        CHECK(here.opened(sealed) == state);  // as often as it is shown
    }
}

TEST_CASE("a sealed state shows nothing of what it holds, nor that two are alike") {
    post_office here;
    const auto sealed = here.sealed(R"({"secret":"canary"})");
    CHECK(sealed.find("canary") == std::string::npos);
    CHECK(sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    CHECK(here.sealed(R"({"secret":"canary"})") != sealed);
}

TEST_CASE("a state of one person is refused from another, and from a namesake") {
    post_office here;
    const auto sealed = here.sealed("1");
    CHECK(here.opened(sealed, here.bob) == not_ours);
    CHECK(here.opened(sealed, here.ann_of_elsewhere) == not_ours);
    CHECK(here.opened(sealed, here.ann_with_another_token) == "1");
}

// CONTRACT.md, H9.
TEST_CASE("a state of one request is refused in another") {
    post_office here;
    const auto sealed = here.sealed("1");
    CHECK(here.opened(sealed, here.ann, post_office::echo, "prompts/get") == not_ours);
    for (const char* params : {R"("name":"y","arguments":{})", R"("name":"x","arguments":{"a":1})", R"("name":"x")",
                               R"("name":"x","arguments":[])", R"("name":"x","arguments":{},"more":1)",
                               R"("nam":"ex","arguments":{})"}) {
        CAPTURE(params);
        CHECK(here.opened(sealed, here.ann, params) == not_ours);
    }
}

TEST_CASE("the same parameters are the same however they are written the second time") {
    post_office here;
    const auto sealed = here.sealed("1", R"("name":"x","arguments":{"a":[1,{"b":"c","d":null}],"e":"f"})");
    CHECK(here.opened(sealed, here.ann,
                      R"("arguments" : { "\u0065":"\u0066", "a": [ 1, {"d":null,"b":"c"} ]}, "name":"x")") == "1");
    for (const char* params :
         {R"("name":"x","arguments":{"a":[{"b":"c","d":null},1],"e":"f"})",
          R"("name":"x","arguments":{"a":[1,{"b":"c"}],"e":"f"})",
          R"("name":"x","arguments":{"a":["1",{"b":"c","d":null}],"e":"f"})",
          R"("name":"x","arguments":{"a":[1],"b":"c","d":null,"e":"f"})"}) {
        CAPTURE(params);
        CHECK(here.opened(sealed, here.ann, params) == not_ours);
    }
}

TEST_CASE("what differs from round to round does not count") {
    post_office here;
    const auto sealed = here.sealed(
        "1", R"("name":"x","_meta":{"progressToken":1},"inputResponses":{"a":1},"requestState":"before")");
    CHECK(here.opened(sealed, here.ann, R"("name":"x","_meta":{"progressToken":2},"inputResponses":{"b":2})") == "1");
    CHECK(here.opened(sealed, here.ann, R"("name":"x")") == "1");
}

TEST_CASE("parameters do not slip into one another") {
    post_office here;
    const auto sealed = here.sealed("1", R"("a":"b","c":"d")");
    for (const char* params :
         {R"("a":"b\"c\"d")", R"("ab":"","c":"d")", R"("a":{"b":"c"},"d":1)", R"("a":["b","c"],"d":1)"})
        CHECK(here.opened(sealed, here.ann, params) == not_ours);
}

TEST_CASE("a state expires, and says so") {
    post_office here;
    const auto sealed = here.sealed("1");
    here.clock.pass(30min - 1s);
    CHECK(here.opened(sealed) == "1");
    here.clock.pass(1s);
    CHECK(here.opened(sealed) == "params.requestState has expired. Begin again without it.");
    CHECK(here.opened(sealed, here.bob) == not_ours);  // whose it was stays unsaid
}

TEST_CASE("a state that was changed anywhere is refused") {
    post_office here;
    const auto sealed = here.sealed(R"({"step":2})");
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        auto changed = sealed;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CAPTURE(at);
        // The last character may have bits that decode to nothing; then the text is malformed, not the same.
        CHECK(here.opened(changed) == not_ours);
    }
    for (const auto& odd : {std::string(), std::string("x"), sealed.substr(1), sealed.substr(0, sealed.size() - 1),
                            sealed + "A", sealed + sealed, std::string(100'000, 'A')})
        CHECK(here.opened(odd) == not_ours);
}

TEST_CASE("a state that another server sealed is refused") {
    post_office here, there;
    CHECK(here.opened(there.sealed("1")) == not_ours);
}

TEST_CASE("a request without a state is in its first round") {
    post_office here;
    for (const char* params : {"", R"("name":"x")", R"("requestState":null,"inputResponses":null)"}) {
        const auto read = here.round(params, here.ann);
        REQUIRE(read.has_value());
        CHECK(read->state.empty());
        CHECK(read->responses.empty());
    }
    const auto answers = here.round(R"("inputResponses":{"a": {}})", here.ann);
    CHECK(answers->responses == R"({"a": {}})");
}

TEST_CASE("what a client sends for a round is refused when it is not what it must be") {
    post_office here;
    for (const char* odd : {"1", "[]", "{}", "true"})
        CHECK(here.refused(R"(,"requestState":)" + std::string(odd)) == "params.requestState must be a string.");
    for (const char* odd : {"1", "[]", "\"x\"", "true"})
        CHECK(here.refused(R"(,"inputResponses":)" + std::string(odd)) == "params.inputResponses must be an object.");
}
