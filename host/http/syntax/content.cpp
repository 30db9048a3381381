#include "http/syntax/content.hpp"

#include "base/text.hpp"
#include "http/syntax/token.hpp"

namespace toolrack::http {
namespace {

// Cuts the part before `separator` off the front of `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    const auto part = trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return part;
}

bool is_json(std::string_view content_type) {
    if (!is_word(next_part(content_type, ';'), "application/json")) return false;
    while (!content_type.empty()) {
        const auto parameter = next_part(content_type, ';');
        if (!is_word(parameter, "charset=utf-8") && !is_word(parameter, "charset=\"utf-8\"")) {
            return false;
        }
    }
    return true;
}

// "q=0" (or 0.0, ...) means "anything but this".
bool is_unwanted(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto parameter = next_part(parameters, ';');
        if (parameter.size() < 3 || (parameter[0] | 0x20) != 'q' || parameter[1] != '=') continue;
        return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
    }
    return false;
}

void add_accepted(std::string_view list, accepted& so_far) {
    while (!list.empty()) {
        auto parameters = next_part(list, ',');
        const auto range = next_part(parameters, ';');
        if (is_unwanted(parameters)) continue;
        const auto is = [range](std::string_view type) { return is_word(range, type); };
        so_far.json |= is("application/json") || is("application/*") || is("*/*");
        so_far.stream |= is("text/event-stream") || is("text/*") || is("*/*");
    }
}

}  // namespace

accepted accepted_by(const head& of) noexcept {
    accepted so_far{false, false};
    bool is_said = false;
    for (const auto& each : of.fields) {
        if (!is_word(each.name, "accept")) continue;
        is_said = true;
        add_accepted(each.value, so_far);
    }
    return is_said ? so_far : accepted{};
}

std::optional<rejection> check_content(const head& of, accepted takes, std::size_t largest_body) {
    if (of.content_length.value_or(0) > largest_body) {
        return refuse(413, "The body is larger than this server allows (limits.body).");
    }
    const auto type = of.find(single::content_type);
    if (!type || !is_json(*type)) return refuse(415, "Content-Type must be application/json.");
    if (!takes.json && !takes.stream) {
        return refuse(406, "Accept must allow application/json or text/event-stream.");
    }
    return std::nullopt;
}

}  // namespace toolrack::http
