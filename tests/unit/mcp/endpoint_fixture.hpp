// An MCP endpoint with real plugins, and messages to it without a transport.
#pragma once

#include <toolrack/json.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "captured_log.hpp"
#include "catalog/catalog.hpp"
#include "catch.hpp"
#include "collecting_outlet.hpp"
#include "mcp/endpoint.hpp"
#include "principals.hpp"
#include "set_clock.hpp"
#include "wire/json.hpp"

namespace toolrack::test {

// The response to one message. Status 0: the stream ended without a reply.
struct response {
    unsigned status = 0;
    std::string json;
    std::string session;
    std::string challenge;
    unsigned retry_after = 0;
    std::vector<std::string> notices;

    json::value message() const { return json::value(json); }
    long error() const {
        const auto error = message().find("error");
        return error ? static_cast<long>(error->at("code").i64()) : 0;
    }
    std::string sentence() const { return message().at("error").at("message").str(); }
    json::value data() const { return message().at("error").at("data"); }
    json::value result() const { return message().at("result"); }
    std::string id() const {
        const auto id = message().find("id");
        return id ? std::string(id->text()) : "";
    }
    std::string text() const { return result().at("content").at(0).at("text").str(); }
    bool is_tool_error() const {
        const auto error = result().find("isError");
        return error && error->boolean();
    }
};

inline const std::string modern_meta =
    R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{})";

inline wire::mirrored modern_headers(std::string_view method) {
    wire::mirrored headers;
    headers.protocol_version = "2026-07-28";
    headers.method = method;
    return headers;
}

// A plugin of the endpoint.
struct mount {
    std::filesystem::path file;
    std::string name;
    std::string prefix = "";
    std::size_t threads = 4;
};
inline const mount books{test_plugin("books"), "books"};
inline const mount questions{test_plugin("questions"), "questions"};
inline const mount held_calls{test_plugin("held-calls"), "held-calls"};
inline const mount misbehaving{hostile("misbehaving"), "misbehaving", "mis_"};
inline const std::vector<mount> tools_only{{shipped("echo"), "echo"},
                                           misbehaving,
                                           {test_plugin("scripted"), "scripted"},
                                           {test_plugin("scripted"), "narrow", "narrow_", 1}};

class endpoint_fixture {
public:
    // `more`: further plugins, with the path of each library.
    explicit endpoint_fixture(std::size_t page_size = 100,
                              std::chrono::milliseconds timeout = std::chrono::seconds(30),
                              const std::vector<mount>& mounts = tools_only,
                              const std::vector<config::plugin>& more = {})
        : catalog_(std::make_shared<const toolrack::catalog::catalog>(
              offers(mounts, timeout, more), page_size, omissions_)) {
        if (!omissions_.empty()) throw std::runtime_error(omissions_[0].sentence);
    }
    explicit endpoint_fixture(const std::vector<mount>& mounts)
        : endpoint_fixture(100, std::chrono::seconds(30), mounts) {}

    // No call of a plugin may run when the plugin is destroyed.
    ~endpoint_fixture() {
        for (const auto& one : instances_) one->close(std::chrono::seconds(1));
    }

    // Sends one message with these headers; without headers, as over a pipe.
    response send(const std::string& body, std::optional<wire::mirrored> headers, const identity::principal& who) {
        collecting_outlet to(io_, headers);
        return send(body, to, who);
    }
    response send(const std::string& body, std::optional<wire::mirrored> headers) { return send(body, headers, ann); }

    // Sends one legacy message in a session.
    response send_in(const std::string& session, const std::string& body, const identity::principal& who) {
        collecting_outlet to(io_, wire::mirrored{}, session);
        return send(body, to, who);
    }
    response send_in(const std::string& session, const std::string& body) { return send_in(session, body, ann); }

    response send(const std::string& body, collecting_outlet& to, const identity::principal& who) {
        const auto message = wire::parse_message(body, {});
        REQUIRE(message.has_value());
        io_.run([&] { return endpoint_->answer(*message, who, to); });
        REQUIRE(to.is_over());
        CHECK_FALSE(to.has_close_handler());
        response got;
        got.notices = to.notices;
        if (!to.answer) return got;
        got.status = to.answer->status;
        got.json = to.answer->json;
        got.session = to.answer->session;
        got.challenge = to.answer->challenge;
        got.retry_after = to.answer->retry_after;
        if (!got.json.empty()) CHECK_FALSE(wire::check_json(got.json));
        CHECK(got.json.find_first_of("\r\n") == std::string::npos);
        return got;
    }

    // A complete modern request. `params` and `meta` are members of objects, without braces.
    static std::string
    modern_body(const std::string& method, const std::string& params = "", const std::string& meta = "") {
        return R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":{"_meta":{)" + modern_meta +
               (meta.empty() ? "" : ",") + meta + "}" + (params.empty() ? "" : ",") + params + "}}";
    }
    response modern(const std::string& method, const std::string& params = "", const std::string& meta = "") {
        return send(modern_body(method, params, meta), modern_headers(method));
    }
    static std::string calling(const std::string& tool, const std::string& arguments = "{}") {
        return R"("name":")" + tool + R"(","arguments":)" + arguments;
    }
    response modern_call(const std::string& tool, const std::string& arguments = "{}", const std::string& meta = "") {
        auto headers = modern_headers("tools/call");
        headers.name = tool;
        return send(modern_body("tools/call", calling(tool, arguments), meta), headers);
    }

    // The id of a new legacy session. `more` are further members of initialize's params.
    std::string open_session(const std::string& version = "2025-11-25", const std::string& more = "") {
        const auto session =
            send(legacy_body("initialize", R"("protocolVersion":")" + version + "\"" + more), wire::mirrored{}).session;
        REQUIRE_FALSE(session.empty());
        return session;
    }

    // A legacy request without a session, like the guide's curl command.
    static std::string legacy_body(const std::string& method, const std::string& params = "") {
        return R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":{)" + params + "}}";
    }
    response legacy(const std::string& method, const std::string& params = "") {
        return send(legacy_body(method, params), wire::mirrored{});
    }
    response legacy_call(const std::string& tool, const std::string& arguments = "{}", const std::string& meta = "") {
        return legacy("tools/call", calling(tool, arguments) + (meta.empty() ? "" : R"(,"_meta":{)" + meta + "}"));
    }

    // A principal with these scopes, a JSON array.
    identity::principal principal_with(const std::string& scopes, const std::string& subject = "carl") {
        return principal_named(subject, io_, log_, scopes);
    }

    // Applies from now on, as after a reload.
    void set_limits(const config::call_limits& limits) {
        replaced_.push_back(std::move(endpoint_));
        endpoint_ = made_endpoint(auth::caller_limits(limits));
    }

    io_fixture& io() { return io_; }
    captured_log& log() { return log_; }
    set_clock& clock() { return clock_; }
    mcp::sessions& sessions() { return sessions_; }
    mcp::notifier& notifier() { return notifier_; }
    mcp::tasks& tasks() { return tasks_; }
    auth::open_streams& open_streams() { return open_streams_; }
    const mcp::endpoint& endpoint() { return *endpoint_; }
    const toolrack::catalog::catalog& catalog() const { return *catalog_; }

private:
    captured_log log_;
    io_fixture io_;
    set_clock clock_;

public:
    const identity::principal ann = principal_named("ann", io_, log_);
    const identity::principal bob = principal_named("bob", io_, log_);

private:
    std::vector<toolrack::catalog::offer> offers(const std::vector<mount>& mounts,
                                                 std::chrono::milliseconds timeout,
                                                 const std::vector<config::plugin>& more) {
        std::vector<toolrack::catalog::offer> all;
        const auto open = [&](const std::filesystem::path& file, const config::plugin& settings) {
            instances_.push_back(instance_of(file, settings, log_));
            auto offer = toolrack::catalog::list_features(instances_.back());
            if (!offer) throw std::runtime_error(offer.error().why());
            all.push_back(std::move(*offer));
        };
        for (const auto& one : mounts) {
            auto settings = settings_named(one.name);
            settings.prefix = one.prefix;
            settings.timeout = timeout;
            settings.threads = settings.queue = one.threads;
            open(one.file, settings);
        }
        for (const auto& one : more) open(one.library, one);
        return all;
    }

    std::vector<std::shared_ptr<plugin::instance>> instances_;
    std::vector<toolrack::catalog::omission> omissions_;
    std::shared_ptr<const toolrack::catalog::catalog> catalog_;
    mcp::sessions sessions_{100, std::chrono::minutes(30), clock_};
    mcp::notifier notifier_{sessions_};
    seal seal_ = made_seal();
    mcp::tasks tasks_{clock_};
    auth::open_streams open_streams_;
    std::shared_ptr<const mcp::endpoint> endpoint_ = made_endpoint(auth::caller_limits());

    std::vector<std::shared_ptr<const mcp::endpoint>> replaced_;  // running requests use them

    std::shared_ptr<const mcp::endpoint> made_endpoint(const auth::caller_limits& limits) {
        return std::make_shared<const mcp::endpoint>(
            catalog_, mcp::dependencies{sessions_, notifier_, tasks_, open_streams_, seal_, log_, clock_}, limits);
    }

    static seal made_seal() {
        std::vector<secret> keys;
        keys.push_back(random_key());
        return seal(keys);
    }
};

}  // namespace toolrack::test
