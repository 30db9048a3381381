// Messages of every era through the MCP endpoint to a plugin: each request gets one answer with its id, as one line of
// JSON, or ends when its client disconnects and its session ends.
//
// Every line of the input is a message. Its first character is its transport:
//     p a pipe; h HTTP without headers; m HTTP with matching headers; x HTTP with a header that differs;
//     s HTTP in the last session; b a batch in the last session; g opens the stream of the last session, after the
//     event whose id follows; d ends the last session.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/gate.hpp"
#include "fake_instance.hpp"
#include "json_grammar.hpp"
#include "mcp/endpoint.hpp"
#include "require.hpp"

namespace {

using namespace toolrack;
using fuzz::require;

constexpr wire::json_limits limits{.depth = 32, .values = 512, .key = 128};
constexpr std::size_t most_messages = 8;

class fixed_clock final : public toolrack::clock {
public:
    std::chrono::system_clock::time_point now() const noexcept override {
        return std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
    }
    std::chrono::steady_clock::time_point steady() const noexcept override {
        return std::chrono::steady_clock::time_point(std::chrono::hours(1));
    }
};

class outlet final : public wire::outlet {
public:
    outlet(executor home, std::optional<wire::mirrored> headers, std::optional<std::string> session)
        : home_(home), headers_(headers), session_(std::move(session)) {}

    const wire::mirrored* headers() const override { return headers_ ? &*headers_ : nullptr; }
    std::optional<std::string_view> session() const override { return session_; }
    executor get_executor() override { return home_; }
    bool takes_stream() const override { return true; }
    void notify(std::string json, std::string_view) override {
        require(!is_over(), "there is no notification after the end");
        check_line(json);
        require(wire::parse_message(json, {}).has_value() || json.find(R"("result")") != json.npos,
                "a notification is a message");
    }
    void open_stream(std::string_view, std::chrono::milliseconds) override {
        require(!is_over(), "no stream opens after the end");
    }
    void close_stream() override { is_closed_ = true; }
    void finish(wire::reply reply) override {
        require(!is_over(), "there is one answer");
        if (!reply.json.empty()) check_line(reply.json);
        answer = std::move(reply);
    }
    void on_closed(std::function<void()> handler) override { on_closed_ = std::move(handler); }

    void disconnect() {
        if (const auto handler = std::exchange(on_closed_, nullptr)) handler();
    }
    bool is_over() const { return answer || is_closed_; }

    std::optional<wire::reply> answer;

private:
    static void check_line(const std::string& json) {
        require(fuzz::json_grammar::takes(json), "output is JSON");
        require(json.find_first_of("\r\n") == json.npos, "output is one line");
    }

    const executor home_;
    const std::optional<wire::mirrored> headers_;
    const std::optional<std::string> session_;
    std::function<void()> on_closed_;
    bool is_closed_ = false;
};

std::shared_ptr<const catalog::catalog> features() {
    std::vector<catalog::omission> omissions;
    std::vector<catalog::offer> offers;
    offers.push_back(*catalog::list_features(std::make_shared<fuzz::fake_instance>()));
    auto made = std::make_shared<const catalog::catalog>(std::move(offers), 2, omissions);
    require(omissions.empty() && made->tools().entries().size() == 4, "every feature of the instance is served");
    return made;
}

toolrack::seal made_seal() {
    std::vector<secret> keys;
    keys.push_back(secret(std::string(32, 'k')));
    return toolrack::seal(keys);
}

// The objects that all runs share.
struct dependencies {
    std::shared_ptr<const catalog::catalog> catalog = features();
    toolrack::seal seal = made_seal();
    toolrack::log silent{severity{0}};
    fixed_clock clock;
    auth::usage_table usage_table;
    identity::principal who = auth::gate::stdio_principal("ann", usage_table, clock.steady());
};
dependencies& shared() {
    static dependencies all;
    return all;
}

class endpoint_fixture {
public:
    ~endpoint_fixture() {
        notifier_.end_all();
        sessions_.forget_all();
        tasks_.forget_all();
        run();
    }

    void take(std::string_view line) {
        const char transport = line.front();
        const fuzz::exact_copy body(line.substr(1));
        if (transport == 'd') {
            server_->end_session(session_, who());
            return;
        }
        if (transport == 'g') {
            const std::string_view after = body;
            send(wire::mirrored{}, session_, [&](outlet& to) {
                return server_->open_stream(session_, after.empty() ? std::nullopt : std::optional(after), who(), to);
            });
            return;
        }
        if (transport == 'b') {
            send(
                wire::mirrored{}, session_, [&](outlet& to) { return server_->answer_batch(body, limits, who(), to); });
            return;
        }

        const auto message = wire::parse_message(body, limits);
        if (!message) return;
        const auto name = name_in(*message), version = version_in(*message);
        wire::mirrored headers;
        if (transport == 'm' || transport == 'x') {
            headers.method = message->method;
            if (version) headers.protocol_version = *version;
            if (transport == 'x') headers.name = "another";
            else if (name) headers.name = *name;
        }
        const auto answer = send(transport == 'p' ? std::nullopt : std::optional(headers),
                                 transport == 's' ? std::optional(session_) : std::nullopt,
                                 [&](outlet& to) { return server_->answer(*message, who(), to); });
        if (answer) check(*message, *answer);
    }

private:
    static const identity::principal& who() { return shared().who; }

    static std::optional<std::string> name_in(const wire::message& message) {
        if (message.kind == wire::message::kind::response) return std::nullopt;
        if (auto name = wire::string_member(message.params, "name")) return name;
        return wire::string_member(message.params, "uri");
    }
    static std::optional<std::string> version_in(const wire::message& message) {
        if (!message.meta.version || !message.meta.version->is_string()) return std::nullopt;
        return message.meta.version->str();
    }

    std::optional<wire::reply>
    send(std::optional<wire::mirrored> headers, std::optional<std::string> session, auto work) {
        outlet to(context_.get_executor(), headers, std::move(session));
        bool has_ended = false;
        asio::co_spawn(
            context_,
            [&]() -> awaitable<void> { co_await work(to); },
            [&](std::exception_ptr thrown) {
                if (thrown) std::rethrow_exception(thrown);
                has_ended = true;
            });
        run();
        if (!has_ended) to.disconnect(), run();
        if (!has_ended) sessions_.forget_all(), run();
        require(has_ended, "a request ends when its client has disconnected and its session has ended");
        if (to.answer && !to.answer->session.empty()) session_ = to.answer->session;
        return std::move(to.answer);
    }

    static void check(const wire::message& message, const wire::reply& answer) {
        require(answer.status >= 200 && answer.status < 600, "an answer has an HTTP status");
        if (message.kind != wire::message::kind::request)
            return require(answer.json.empty() || answer.status >= 400, "only a request is answered");
        require(!answer.json.empty(), "a request is answered");
        const json::value reply(answer.json);
        const auto id = reply.find("id");
        require(id && id->text() == message.id, "an answer has the id of its request, byte for byte");
        require(reply.find("result").has_value() != reply.find("error").has_value(),
                "an answer is either a result or an error");
        require(answer.challenge.find_first_of("\r\n") == std::string::npos, "a challenge is one line");
        if (const auto error = reply.find("error"))
            require(error->at("code").is_number() && error->at("message").is_string(),
                    "an error has a code and a message");
    }

    void run() {
        context_.restart();
        context_.poll();
    }

    asio::io_context context_{1};
    mcp::sessions sessions_{4, std::chrono::minutes(30), shared().clock};
    mcp::notifier notifier_{sessions_};
    mcp::tasks tasks_{shared().clock};
    auth::open_streams open_streams_;
    std::shared_ptr<const mcp::endpoint> server_ = std::make_shared<const mcp::endpoint>(
        shared().catalog,
        mcp::dependencies{sessions_, notifier_, tasks_, open_streams_, shared().seal, shared().silent, shared().clock});
    std::string session_ = "none";
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    auto text = fuzz::text_of(bytes, size);
    endpoint_fixture fixture;
    for (std::size_t n = 0; n < most_messages && !text.empty(); ++n) {
        const auto line = fuzz::next_piece(text, std::min(text.find('\n'), text.size()));
        text.remove_prefix(std::min<std::size_t>(1, text.size()));
        if (!line.empty()) fixture.take(line);
    }
    return 0;
}
