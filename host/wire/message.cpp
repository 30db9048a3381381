#include "wire/message.hpp"

#include <charconv>
#include <cstdint>

namespace toolrack::wire {
namespace {

using message_kind = enum message::kind;

constexpr std::int64_t largest_safe_integer = (std::int64_t{1} << 53) - 1;  // Number.MAX_SAFE_INTEGER
constexpr std::size_t longest_id = 1024;
constexpr std::size_t longest_batch = 100;

// The id of a request: a string, or an integer without fraction or exponent that a double represents exactly.
bool is_id(const json::value& id) {
    const auto text = id.text();
    if (text.size() > longest_id) return false;
    if (id.is_string()) return true;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number >= -largest_safe_integer &&
           number <= largest_safe_integer;
}

reply refuse(std::string_view id, int code, std::string_view why) { return error_reply(id, code, why, 400); }

reply refuse(const json_fault& fault) {
    const bool unreadable = fault.kind == json_fault::kind::not_json;
    return refuse({},
                  unreadable ? code::parse_error : code::invalid_request,
                  "The message cannot be read: " + std::string(to_string(fault.kind)) + " (near byte " +
                      std::to_string(fault.offset) + "). Send one JSON-RPC 2.0 message as UTF-8.");
}

}  // namespace

result<message, reply> parse_message(std::string_view body, const json_limits& limits) {
    if (const auto fault = check_json(body, limits)) return refuse(*fault);

    const json::value root(body);
    if (root.is_array())
        return refuse(
            {}, code::invalid_request, "A batch of messages is not accepted here. Send each message by itself.");
    if (!root.is_object()) return refuse({}, code::invalid_request, "A JSON-RPC message is an object.");

    std::optional<json::value> version, id, method, params, outcome, error;
    for (const auto& member : root) {
        if (member.key_is("jsonrpc")) version = member;
        else if (member.key_is("id")) id = member;
        else if (member.key_is("method")) method = member;
        else if (member.key_is("params")) params = member;
        else if (member.key_is("result")) outcome = member;
        else if (member.key_is("error")) error = member;
    }

    message parsed;
    if (id) {
        if (!is_id(*id))
            return refuse({},
                          code::invalid_request,
                          "The id must be a string or an integer within the safe range of JavaScript.");
        parsed.id = id->text();
    }
    if (!version || !version->is_string() || version->str() != "2.0")
        return refuse(parsed.id, code::invalid_request, "The member \"jsonrpc\" must be \"2.0\".");

    if (!method) {
        if (parsed.id.empty() || outcome.has_value() == error.has_value())
            return refuse(parsed.id,
                          code::invalid_request,
                          "A message needs a \"method\", or an \"id\" and either \"result\" or \"error\".");
        parsed.kind = message_kind::response;
        parsed.outcome = error ? *error : *outcome;
        parsed.is_error = error.has_value();
        return parsed;
    }
    if (outcome || error)
        return refuse(parsed.id,
                      code::invalid_request,
                      "A message is a request or a response, not both: it has \"method\" and \"result\" or \"error\".");
    if (!method->is_string())
        return refuse(parsed.id, code::invalid_request, "The member \"method\" must be a string.");
    parsed.method = method->str();
    parsed.kind = id ? message_kind::request : message_kind::notification;

    if (params && !params->is_object())
        return refuse(parsed.id, code::invalid_params, "The member \"params\" must be an object.");
    parsed.params = params.value_or(json::value("{}"));
    const auto meta = parsed.params.find("_meta");
    if (meta && !meta->is_object())
        return refuse(parsed.id, code::invalid_params, "The member \"params._meta\" must be an object.");
    if (meta) parsed.meta = read_meta(*meta);
    return parsed;
}

bool is_batch(std::string_view body) {
    const auto first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && body[first] == '[';
}

result<std::vector<std::string_view>, reply> split_batch(std::string_view body, const json_limits& limits) {
    if (const auto fault = check_json(body, limits)) return refuse(*fault);
    std::vector<std::string_view> messages;
    for (const auto& one : json::value(body)) messages.push_back(one.text());
    if (messages.empty()) return refuse({}, code::invalid_request, "A batch holds at least one message.");
    if (messages.size() > longest_batch)
        return refuse({}, code::invalid_request, "A batch holds at most 100 messages.");
    return messages;
}

}  // namespace toolrack::wire
