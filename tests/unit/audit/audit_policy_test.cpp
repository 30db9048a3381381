#include "audit/audit_policy.hpp"

#include <array>
#include <optional>

#include "base/seal.hpp"
#include "captured_log.hpp"
#include "io_fixture.hpp"
#include "principals.hpp"
#include "records.hpp"
#include "wire/message.hpp"

using namespace toolrack;
using test::lines_of_kind;
using choice = enum config::audit::arguments;

namespace {

const std::string body = R"({"jsonrpc":"2.0","id":"a\nb","method":"tools/call",)"
                         R"("params":{"name":"echo","arguments":{"b":[1, 2],"a":"pin 1234"},)"
                         R"("_meta":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}})";

class audit_fixture {
public:
    explicit audit_fixture(choice arguments = choice::none, bool is_required = false, secret key = random_key()) {
        rules_.path = path;
        rules_.arguments = arguments;
        rules_.is_required = is_required;
        audit_policy.emplace(journal_, rules_, 7, std::move(key));
    }

    audit::entry open(std::string_view text) {
        const auto message = wire::parse_message(text, {});
        REQUIRE(message.has_value());
        return audit_policy->open(*message, ann);
    }
    std::vector<std::string> written(const std::string& kind) {
        journal_->flush();
        return lines_of_kind(path, kind);
    }
    // The record of one successful call.
    std::string line_of(std::string_view text) {
        open(text).end(wire::outcome::ok);
        const auto lines = written("call");
        REQUIRE(lines.size() == 1);
        return lines[0];
    }

    test::captured_log log;
    test::io_fixture room;
    test::temporary_folder folder;
    std::filesystem::path path = folder.path() / "audit.jsonl";
    const identity::principal ann = test::principal_named("ann", room, *log);
    std::optional<audit::audit_policy> audit_policy;

private:
    config::audit rules_;
    std::shared_ptr<audit::journal> journal_ = std::make_shared<audit::journal>(path, *log);
};

std::string with_params(const std::string& method, const std::string& params) {
    return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}";
}

}  // namespace

TEST_CASE("the record of a call has the caller, the feature, the time, the policy and the outcome") {
    audit_fixture here;
    auto entry = here.open(body);
    entry.add_client(R"({"name":"claude-code","version":"2.0"})");
    entry.end(wire::outcome::error, -32602);
    entry.end(wire::outcome::ok);  // only the first counts
    const auto lines = here.written("call");
    REQUIRE(lines.size() == 1);
    const json::value said(lines[0]);
    std::string keys;
    for (const auto& member : said) keys += member.key() + ' ';
    CHECK(keys == "run seq kind time method name subject issuer credential request trace generation client "
                  "clientVersion outcome code durationMs ");
    for (const auto& [key, value] :
         std::vector<std::pair<std::string, std::string>>{{"method", "tools/call"},
                                                          {"name", "echo"},
                                                          {"subject", "ann"},
                                                          {"issuer", "open-access"},
                                                          {"request", "a\nb"},
                                                          {"trace", "4bf92f3577b34da6a3ce929d0e0e4736"},
                                                          {"client", "claude-code"},
                                                          {"clientVersion", "2.0"},
                                                          {"outcome", "error"}})
        CHECK(said.at(key).str() == value);
    CHECK(said.at("seq").u64() == 2);
    CHECK(said.at("generation").u64() == 7);
    CHECK(said.at("code").i64() == -32602);
    CHECK(said.at("time").str().size() == std::string("2026-11-22T10:00:00.123Z").size());
    CHECK_FALSE(said.at("credential").str().empty());
    CHECK(said.at("durationMs").is_number());
}

TEST_CASE("other methods leave no record") {
    audit_fixture here;
    for (const auto* method : {"tools/list", "ping", "initialize", "tasks/get", "tools/call2"})
        CHECK_FALSE(here.open(with_params(method, "{}")).is_open());
    CHECK_FALSE(here.open(R"({"jsonrpc":"2.0","method":"tools/call"})").is_open());
    CHECK_FALSE(audit::audit_policy().open(*wire::parse_message(body, {}), here.ann).is_open());
}

TEST_CASE("the record of every kind of call names its feature") {
    for (const auto& [method, params, name] : std::vector<std::array<std::string, 3>>{
             {"prompts/get", R"({"name":"p"})", "p"},
             {"resources/read", R"({"uri":"file:///x"})", "file:///x"},
             {"completion/complete", R"({"ref":{"type":"ref/prompt","name":"q"}})", "q"},
             {"completion/complete", R"({"ref":{"type":"ref/resource","uri":"u:{x}"}})", "u:{x}"},
             {"tasks/update", R"({"taskId":"t1"})", "t1"},
             {"tasks/cancel", R"({"taskId":"t2"})", "t2"}}) {
        audit_fixture here;
        const auto line = here.line_of(with_params(method, params));
        CHECK(json::value(line).at("name").str() == name);
    }
}

TEST_CASE("a call with a missing or invalid name has a record") {
    for (const auto* params : {"{}",
                               R"({"name":7})",
                               R"({"name":null,"_meta":{"traceparent":7}})",
                               R"({"_meta":{"traceparent":"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"}})",
                               R"({"_meta":{"traceparent":"00-\"}"}})"}) {
        audit_fixture here;
        const auto line = here.line_of(with_params("tools/call", params));
        CHECK_FALSE(json::value(line).find("name"));
        CHECK_FALSE(json::value(line).find("trace"));
    }
}

TEST_CASE("any name takes one line of bounded length") {
    audit_fixture here;
    const std::string huge(3'000'000, 'n');
    const auto line =
        here.line_of(R"({"jsonrpc":"2.0","id":")" + huge.substr(0, 100) +
                     R"(","method":"resources/read","params":{"uri":")" + huge + R"(\u0000\u2028\u009b"}})");
    CHECK(line.size() < 2000);
}

TEST_CASE("arguments are written only when configured") {
    audit_fixture here;
    const auto line = here.line_of(body);
    CHECK(line.find("1234") == std::string::npos);
    CHECK(line.find("rguments") == std::string::npos);
}

TEST_CASE("in full, arguments are written unchanged on one line") {
    audit_fixture here(choice::full);
    const auto line = here.line_of(with_params("tools/call",
                                               "{\"name\":\"x\",\"arguments\":{\n\"a\":\r\n\"\xE2\x80\xA8\"},"
                                               "\"inputResponses\":{\"k\":1}}"));
    CHECK(json::value(line).at("arguments").at("a").str() == "\xE2\x80\xA8");
    CHECK(line.find("\xE2\x80\xA8") == std::string::npos);
    CHECK(json::value(line).at("inputResponses").text() == R"({"k":1})");
}

TEST_CASE("equal arguments in any spelling have equal digests under the same key only") {
    const auto key = random_key();
    const auto digest_of = [](const std::string& arguments, const secret& with) {
        audit_fixture here(choice::digest, false, with.copy());
        const auto line = here.line_of(with_params("tools/call", R"({"name":"x","arguments":)" + arguments + "}"));
        CHECK(line.find("1234") == std::string::npos);
        return json::value(line).at("argumentsDigest").str();
    };
    const auto digest = digest_of(R"({"pin":"1234","b":[1,{"d":1,"c":2}]})", key);
    CHECK(digest.size() == 12 + 64);
    CHECK(digest.starts_with("hmac-sha256:"));
    CHECK(digest_of("{ \"b\" : [1, {\"c\":2, \"d\":1}],\n \"pin\":\"\\u0031234\"}", key) == digest);
    CHECK(digest_of(R"({"pin":"1235","b":[1,{"d":1,"c":2}]})", key) != digest);
    CHECK(digest_of(R"({"pin":"1234","b":[1,{"d":1,"c":2}]})", random_key()) != digest);
}

TEST_CASE("an entry without an outcome is recorded as unanswered, and a moved entry is written once") {
    audit_fixture here;
    {
        auto first = here.open(body);
        const auto second = std::move(first);
    }
    const auto lines = here.written("call");
    REQUIRE(lines.size() == 1);
    CHECK(json::value(lines[0]).at("outcome").str() == "unanswered");
}

TEST_CASE("with a required audit a record precedes the call, and the record of the call refers to it") {
    audit_fixture here(choice::full, true);
    auto entry = here.open(body);
    REQUIRE(entry.must_begin());
    CHECK(here.room.run([&] { return entry.begin(here.room.get_executor()); }));
    CHECK_FALSE(entry.must_begin());
    const auto begun = lines_of_kind(here.path, "begin");
    REQUIRE(begun.size() == 1);
    CHECK(json::value(begun[0]).at("arguments").at("a").str() == "pin 1234");
    entry.end(wire::outcome::ok);
    const auto ended = here.written("call");
    REQUIRE(ended.size() == 1);
    CHECK(json::value(ended[0]).at("beginSeq").u64() == json::value(begun[0]).at("seq").u64());
    CHECK_FALSE(json::value(ended[0]).find("arguments"));  // they are said once
}

TEST_CASE("the end of a task has its own record, unless the client got no handle") {
    audit_fixture here;
    {
        auto entry = here.open(body);
        auto dropped = entry.of_task("t0");
        dropped.end(wire::outcome::cancelled);
        dropped.drop();
    }
    {
        auto entry = here.open(body);
        auto task = entry.of_task("t1");
        entry.end(wire::outcome::task);
        CHECK(here.written("task").empty());
        task.end(wire::outcome::tool_error);
    }
    const auto calls = here.written("call"), tasks = here.written("task");
    CHECK(calls.size() == 2);
    REQUIRE(tasks.size() == 1);
    CHECK(json::value(calls[1]).at("task").str() == "t1");
    CHECK(json::value(tasks[0]).at("task").str() == "t1");
    CHECK(json::value(tasks[0]).at("outcome").str() == "tool_error");
    CHECK(json::value(tasks[0]).at("subject").str() == "ann");
}

TEST_CASE("refusals are recorded at a limited rate") {
    audit_fixture here;
    for (int i = 0; i < 10'000; ++i) here.audit_policy->record_refusal(identity::refusal::bad_token, "192.0.2.7");
    const auto lines = here.written("refused");
    CHECK(lines.size() >= 60);
    CHECK(lines.size() < 200);
    CHECK(json::value(lines[0]).at("reason").str() == "bad_token");
    CHECK(json::value(lines[0]).at("peer").str() == "192.0.2.7");
    audit::audit_policy().record_refusal(identity::refusal::bad_token,
                                         "192.0.2.7");  // without an audit, nothing happens
}
