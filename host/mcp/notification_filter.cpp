#include "mcp/notification_filter.hpp"

#include "wire/json_writer.hpp"
#include "wire/reply.hpp"

namespace toolrack::mcp {
namespace {

// A token that the plugin sent is not the client's.
std::string with_progress_token(const json::value& params, std::string_view token) {
    std::string text;
    wire::json_writer writer(text);
    writer.begin_object().raw("progressToken", token);
    wire::append_members(text, params, {"progressToken"});
    writer.end_object();
    return text;
}

}  // namespace

notification_filter::notification_filter(const wire::message& request, std::optional<log_level> least_severe)
    : least_severe_(least_severe) {
    const auto& token = request.meta.progress_token;
    if (token && (token->is_string() || token->is_number())) progress_token_ = token->text();
}

std::optional<std::string> notification_filter::apply(std::string_view method, std::string_view params) const {
    const json::value value(params);
    std::string text;
    if (method == "notifications/progress") {
        const auto progress = value.find("progress");
        if (progress_token_.empty() || !progress || !progress->is_number()) return std::nullopt;
        text = wire::notification(method, with_progress_token(value, progress_token_));
    } else if (method == "notifications/message") {
        const auto name = wire::string_member(value, "level");
        const auto level = name ? read_log_level(*name) : std::nullopt;
        if (!least_severe_ || !level || *level < *least_severe_ || !value.find("data")) return std::nullopt;
        text = wire::notification(method, params);
    } else {
        return std::nullopt;
    }
    wire::put_on_one_line(text);
    return text;
}

}  // namespace toolrack::mcp
