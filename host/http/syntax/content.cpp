#include "http/syntax/content.hpp"

#include "base/text.hpp"
#include "http/syntax/lowercase.hpp"

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
    if (!equals_lowercase(next_part(content_type, ';'), "application/json")) return false;
    while (!content_type.empty()) {
        const auto parameter = next_part(content_type, ';');
        if (!equals_lowercase(parameter, "charset=utf-8") && !equals_lowercase(parameter, "charset=\"utf-8\"")) {
            return false;
        }
    }
    return true;
}

// "q=0" (or 0.0, ...) excludes a type.
bool is_excluded(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto parameter = next_part(parameters, ';');
        if (parameter.size() < 3 || (parameter[0] | 0x20) != 'q' || parameter[1] != '=') continue;
        return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
    }
    return false;
}

void add_accepted(std::string_view list, accepted_types& so_far) {
    while (!list.empty()) {
        auto parameters = next_part(list, ',');
        const auto range = next_part(parameters, ';');
        if (is_excluded(parameters)) continue;
        const auto is = [range](std::string_view type) { return equals_lowercase(range, type); };
        so_far.json |= is("application/json") || is("application/*") || is("*/*");
        so_far.event_stream |= is("text/event-stream") || is("text/*") || is("*/*");
    }
}

}  // namespace

accepted_types accepted_types_of(const head& of) noexcept {
    accepted_types so_far{false, false};
    bool is_present = false;
    for (const auto& each : of.fields) {
        if (!equals_lowercase(each.name, "accept")) continue;
        is_present = true;
        add_accepted(each.value, so_far);
    }
    return is_present ? so_far : accepted_types{};
}

std::optional<rejection> check_content(const head& of, accepted_types accepted, std::size_t max_body) {
    if (of.content_length.value_or(0) > max_body) {
        return body_too_large();
    }
    const auto type = of.find(singleton_field::content_type);
    if (!type || !is_json(*type)) return reject(415, "Content-Type must be application/json.");
    if (!accepted.json && !accepted.event_stream) {
        return reject(406, "Accept must allow application/json or text/event-stream.");
    }
    return std::nullopt;
}

}  // namespace toolrack::http
