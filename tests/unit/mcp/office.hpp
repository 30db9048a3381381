// An office: a real server with real plugins behind it, spoken to without a wire.
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
#include "mcp/server.hpp"
#include "principals.hpp"
#include "set_clock.hpp"
#include "wire/json.hpp"

namespace toolrack::test {

// What came back for one message, with the questions that tests ask of it.
struct heard {
    unsigned status = 0;
    std::string json;
    std::string session;
    std::string challenge;
    unsigned retry_after = 0;
    std::vector<std::string> notices;

    json::value reply() const { return json::value(json); }
    long error() const {
        const auto error = reply().find("error");
        return error ? static_cast<long>(error->at("code").i64()) : 0;
    }
    std::string sentence() const { return reply().at("error").at("message").str(); }
    json::value data() const { return reply().at("error").at("data"); }
    json::value result() const { return reply().at("result"); }
    std::string id() const {
        const auto id = reply().find("id");
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

// A plugin that an office has.
struct mount {
    std::filesystem::path file;
    std::string name;
    std::string prefix = "";
    std::size_t threads = 4;
};
inline std::filesystem::path made_for_tests(const std::string& name) {
    return build_folder / "test-plugins" / (name + ".so");
}
inline const mount reading_room{made_for_tests("reading-room"), "reading-room"};
inline const mount questions{made_for_tests("questions"), "questions"};
inline const mount parking{made_for_tests("parking"), "parking"};
inline const mount misbehaving{hostile("misbehaving"), "misbehaving", "mis_"};
inline const std::vector<mount> tools_only{{shipped("echo"), "echo"},
                                           misbehaving,
                                           {made_for_tests("patient"), "patient"},
                                           {made_for_tests("patient"), "narrow", "narrow_", 1}};

class office {
public:
    // `more`: further plugins, each with the path of its library.
    explicit office(std::size_t page_size = 100,
                    std::chrono::milliseconds timeout = std::chrono::seconds(30),
                    const std::vector<mount>& mounts = tools_only,
                    const std::vector<config::plugin>& more = {})
        : catalog_(std::make_shared<const catalog::catalog>(offers(mounts, timeout, more), page_size, omissions_)) {
        if (!omissions_.empty()) throw std::runtime_error(omissions_[0].sentence);
    }
    explicit office(const std::vector<mount>& mounts) : office(100, std::chrono::seconds(30), mounts) {}

    // As the owner of plugins does it: nothing of them runs any more when they are destroyed.
    ~office() {
        for (const auto& one : instances_) one->close(std::chrono::seconds(1));
    }

    // One message with just these headers; without any it came over a pipe.
    heard say(const std::string& body, std::optional<wire::mirrored> headers, const identity::principal& who) {
        collecting_outlet to(room_, headers);
        return say(body, to, who);
    }
    heard say(const std::string& body, std::optional<wire::mirrored> headers) { return say(body, headers, ann); }

    // One legacy message in a session.
    heard say_in(const std::string& session, const std::string& body, const identity::principal& who) {
        collecting_outlet to(room_, wire::mirrored{}, session);
        return say(body, to, who);
    }
    heard say_in(const std::string& session, const std::string& body) { return say_in(session, body, ann); }

    heard say(const std::string& body, collecting_outlet& to, const identity::principal& who) {
        const auto message = wire::parse_message(body, {});
        REQUIRE(message.has_value());
        room_.run([&] { return server_->answer(*message, who, to); });
        REQUIRE(to.is_over());
        CHECK_FALSE(to.wants_to_know());
        heard all;
        all.notices = to.notices;
        if (!to.answer) return all;  // status 0: the stream ended without an answer
        all.status = to.answer->status;
        all.json = to.answer->json;
        all.session = to.answer->session;
        all.challenge = to.answer->challenge;
        all.retry_after = to.answer->retry_after;
        if (!all.json.empty()) CHECK_FALSE(wire::check_json(all.json));
        CHECK(all.json.find_first_of("\r\n") == std::string::npos);
        return all;
    }

    // A modern request, with everything that belongs to it. `params` and `meta` are the insides of
    // objects.
    static std::string modern_body(const std::string& method, const std::string& params = "",
                                   const std::string& meta = "") {
        return R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":{"_meta":{)" + modern_meta +
               (meta.empty() ? "" : ",") + meta + "}" + (params.empty() ? "" : ",") + params + "}}";
    }
    heard modern(const std::string& method, const std::string& params = "", const std::string& meta = "") {
        return say(modern_body(method, params, meta), modern_headers(method));
    }
    static std::string calling(const std::string& tool, const std::string& arguments = "{}") {
        return R"("name":")" + tool + R"(","arguments":)" + arguments;
    }
    heard modern_call(const std::string& tool, const std::string& arguments = "{}", const std::string& meta = "") {
        auto headers = modern_headers("tools/call");
        headers.name = tool;
        return say(modern_body("tools/call", calling(tool, arguments), meta), headers);
    }

    // A new legacy session's name. `more` are further members of initialize's params.
    std::string begin_session(const std::string& version = "2025-11-25", const std::string& more = "") {
        const auto session =
            say(legacy_body("initialize", R"("protocolVersion":")" + version + "\"" + more), wire::mirrored{}).session;
        REQUIRE_FALSE(session.empty());
        return session;
    }

    // A legacy request without a session, as the guide's curl line makes it.
    static std::string legacy_body(const std::string& method, const std::string& params = "") {
        return R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":{)" + params + "}}";
    }
    heard legacy(const std::string& method, const std::string& params = "") {
        return say(legacy_body(method, params), wire::mirrored{});
    }
    heard legacy_call(const std::string& tool, const std::string& arguments = "{}", const std::string& meta = "") {
        return legacy("tools/call", calling(tool, arguments) + (meta.empty() ? "" : R"(,"_meta":{)" + meta + "}"));
    }

    // Somebody with just these scopes, as a JSON array.
    identity::principal someone(const std::string& scopes, const std::string& subject = "carl") {
        return principal_named(subject, room_, log_, scopes);
    }

    // From now on, as after a reload.
    void allow(const config::call_limits& limits) {
        before_.push_back(std::move(server_));
        server_ = made_server(auth::allowance(limits));
    }

    io_room& room() { return room_; }
    captured_log& log() { return log_; }
    set_clock& clock() { return clock_; }
    mcp::sessions& sessions() { return sessions_; }
    mcp::notifier& notifier() { return notifier_; }
    mcp::tasks& tasks() { return tasks_; }
    auth::open_streams& open_streams() { return open_streams_; }
    const mcp::server& server() { return *server_; }
    const catalog::catalog& tools() const { return *catalog_; }

private:
    captured_log log_;
    io_room room_;
    set_clock clock_;

public:
    const identity::principal ann = principal_named("ann", room_, log_);
    const identity::principal bob = principal_named("bob", room_, log_);

private:
    std::vector<catalog::offer> offers(const std::vector<mount>& mounts,
                                       std::chrono::milliseconds timeout,
                                       const std::vector<config::plugin>& more) {
        std::vector<catalog::offer> all;
        const auto open = [&](const std::filesystem::path& file, const config::plugin& settings) {
            instances_.push_back(instance_of(file, settings, log_));
            auto offer = catalog::ask(instances_.back());
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
    std::vector<catalog::omission> omissions_;
    std::shared_ptr<const catalog::catalog> catalog_;
    mcp::sessions sessions_{100, std::chrono::minutes(30), clock_};
    mcp::notifier notifier_{sessions_};
    seal seal_ = made_seal();
    mcp::tasks tasks_{clock_};
    auth::open_streams open_streams_;
    std::shared_ptr<const mcp::server> server_ = made_server(auth::allowance());

    std::vector<std::shared_ptr<const mcp::server>> before_;  // a request that is under way goes on with its own

    std::shared_ptr<const mcp::server> made_server(const auth::allowance& allowed) {
        return std::make_shared<const mcp::server>(
            catalog_, mcp::dependencies{sessions_, notifier_, tasks_, open_streams_, seal_, log_, clock_}, allowed);
    }

    static seal made_seal() {
        std::vector<secret> keys;
        keys.push_back(random_key());
        return seal(keys);
    }
};

}  // namespace toolrack::test
