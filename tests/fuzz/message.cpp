// JSON-RPC messages and batches: an accepted message is well-formed and keeps its meaning when re-encoded; a rejected
// one has a valid reply.
#include <string>

#include "json_grammar.hpp"
#include "json_rewritten.hpp"
#include "require.hpp"
#include "wire/era.hpp"
#include "wire/message.hpp"

namespace {

using namespace toolrack;
using fuzz::require;
using kind = enum wire::message::kind;

constexpr wire::json_limits limits{.depth = 16, .values = 256, .key = 128};

void check_reply(const wire::reply& reply) {
    require(fuzz::json_grammar::takes(reply.json), "a reply is JSON");
    require(reply.json.find_first_of("\r\n") == std::string::npos, "a reply is one line");
    require(reply.status == 400 && reply.outcome == wire::outcome::error && reply.error < 0,
            "a rejection is an error reply");
    const auto again = wire::parse_message(reply.json, limits);
    // The parser rejects a response without an id.
    require(again || again.error().json.find("\\\"id\\\"") != std::string::npos,
            "a reply with an id is a valid message");
}

std::string written(const wire::message& message) {
    std::string text = R"({"jsonrpc":"2.0")";
    if (!message.id.empty()) text.append(R"(,"id":)").append(message.id);
    if (message.kind == kind::response)
        return text.append(message.is_error ? R"(,"error":)" : R"(,"result":)").append(message.outcome.text()) + "}";
    text += R"(,"method":)";
    json::write_string(text, message.method);
    return text.append(R"(,"params":)").append(message.params.text()) + "}";
}

bool is_same(const std::optional<json::value>& one, const std::optional<json::value>& other) {
    return one.has_value() == other.has_value() && (!one || one->text() == other->text());
}

void check_taken(const wire::message& message) {
    require((message.kind == kind::notification) == message.id.empty(), "every message but a notification has an id");
    require((message.kind == kind::response) == message.method.empty() || message.method.empty(),
            "a response has no method");
    require(is_utf8(message.method), "a method is UTF-8");
    if (!message.id.empty()) {
        const json::value id(message.id);
        require(id.is_string() || id.is_number(), "an id is a string or a number");
        if (id.is_number())
            require(std::to_string(id.i64()) == message.id || message.id == "-0", "a numeric id is an integer");
    }
    if (message.kind != kind::response) require(message.params.is_object(), "params is an object");
    else require(!message.outcome.text().empty(), "a response has an outcome");
    if (message.meta.version && message.meta.version->is_string()) {
        const auto* known = wire::find_version(message.meta.version->str());
        require(!known || known->name == message.meta.version->str(), "a version is found by its name");
    }

    const auto text = written(message);
    const auto twin = wire::parse_message(text, limits);
    require(twin.has_value(), "a re-encoded message is accepted");
    require(twin->kind == message.kind && twin->id == message.id && twin->method == message.method &&
                twin->is_error == message.is_error && twin->outcome.text() == message.outcome.text() &&
                (message.kind == kind::response || twin->params.text() == message.params.text()),
            "a re-encoded message has the same meaning");
    require(is_same(twin->meta.version, message.meta.version) &&
                is_same(twin->meta.client_info, message.meta.client_info) &&
                is_same(twin->meta.capabilities, message.meta.capabilities) &&
                is_same(twin->meta.log_level, message.meta.log_level) &&
                is_same(twin->meta.progress_token, message.meta.progress_token) &&
                is_same(twin->meta.traceparent, message.meta.traceparent),
            "a re-encoded message has the same _meta");
}

void check_batch(std::string_view text) {
    const auto messages = wire::split_batch(text, limits);
    if (!messages) return check_reply(messages.error());
    require(!messages->empty() && messages->size() <= 100, "a batch has 1 to 100 messages");
    std::string joined;
    for (const auto one : *messages) {
        require(fuzz::json_grammar::takes(one), "each message of a batch is JSON");
        joined.append(joined.empty() ? "[" : ",").append(one);
    }
    const auto again = wire::split_batch(joined += ']', limits);
    require(again && *again == *messages, "a joined batch splits into the same messages");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const fuzz::exact_copy text(fuzz::text_of(bytes, size));
    if (wire::is_batch(text)) {
        require(!wire::parse_message(text, limits), "a batch is not a message");
        check_batch(text);
        return 0;
    }
    if (const auto message = wire::parse_message(text, limits)) check_taken(*message);
    else check_reply(message.error());
    return 0;
}
