#include "wire/reply.hpp"

#include <algorithm>
#include <toolrack/json.hpp>

namespace toolrack::wire {
namespace {

constexpr std::string_view start = R"({"jsonrpc":"2.0")";

void add_id(std::string& out, std::string_view id) {
    if (id.empty()) return;
    out += R"(,"id":)";
    out += id;
}

}  // namespace

reply error_reply(std::string_view id, int code, std::string_view message, unsigned status, std::string_view data) {
    reply made;
    made.status = status;
    made.outcome = outcome::error;
    made.error = code;
    made.json.reserve(96 + id.size() + message.size() + data.size());
    made.json += start;
    add_id(made.json, id);
    made.json += R"(,"error":{"code":)";
    made.json += std::to_string(code);
    made.json += R"(,"message":)";
    json::write_string(made.json, message);
    if (!data.empty()) {
        made.json += R"(,"data":)";
        made.json += data;
    }
    made.json += "}}";
    return made;
}

reply result_reply(std::string_view id, std::string_view result) {
    reply made;
    made.json.reserve(40 + id.size() + result.size());
    made.json += start;
    add_id(made.json, id);
    made.json += R"(,"result":)";
    made.json += result;
    made.json += '}';
    return made;
}

std::string notification(std::string_view method, std::string_view params) {
    std::string text;
    text.reserve(48 + method.size() + params.size());
    text += start;
    text += R"(,"method":)";
    json::write_string(text, method);
    text += R"(,"params":)";
    text += params.empty() ? std::string_view("{}") : params;
    text += '}';
    return text;
}

bool is_progress(std::string_view message) {
    message.remove_prefix(std::min(start.size(), message.size()));
    return message.starts_with(R"(,"method":"notifications/progress")");
}

bool is_request(std::string_view message) {
    message.remove_prefix(std::min(start.size(), message.size()));
    return message.starts_with(R"(,"id":)");
}

}  // namespace toolrack::wire
