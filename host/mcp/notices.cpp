#include "mcp/notices.hpp"

#include <algorithm>
#include <array>

#include "wire/reply.hpp"

namespace toolrack::mcp {
namespace {

constexpr std::array<std::string_view, 8> level_names{
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};

// `object` with one member put first; its own member of that name, if any, is left out.
std::string with_member(const json::value& object, std::string_view name, std::string_view value) {
    std::string text = "{";
    json::write_string(text, name);
    text += ':';
    text += value;
    wire::append_members(text, object, {name});
    text += '}';
    return text;
}

}  // namespace

std::optional<log_level> read_log_level(std::string_view name) {
    const auto found = std::find(level_names.begin(), level_names.end(), name);
    if (found == level_names.end()) return std::nullopt;
    return static_cast<log_level>(found - level_names.begin());
}

listening::listening(const wire::message& request, std::optional<log_level> least) : least_(least) {
    const auto& token = request.meta.progress_token;
    if (token && (token->is_string() || token->is_number())) progress_token_ = token->text();
}

std::optional<std::string> listening::fit(std::string_view method, std::string_view params) const {
    const json::value said(params);
    std::string text;
    if (method == "notifications/progress") {
        const auto progress = said.find("progress");
        if (progress_token_.empty() || !progress || !progress->is_number()) return std::nullopt;
        text = wire::notification(method, with_member(said, "progressToken", progress_token_));
    } else if (method == "notifications/message") {
        const auto level = wire::string_member(said, "level");
        const auto severity = level ? read_log_level(*level) : std::nullopt;
        if (!least_ || !severity || *severity < *least_ || !said.find("data")) return std::nullopt;
        text = wire::notification(method, params);
    } else {
        return std::nullopt;
    }
    wire::put_on_one_line(text);
    return text;
}

}  // namespace toolrack::mcp
