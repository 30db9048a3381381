#include "base/redact.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace toolrack {
namespace {

constexpr std::string_view replacement = "[redacted]";
constexpr std::string_view in_opaque = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view in_base64url = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
constexpr std::string_view in_bearer = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~+/=";

// How many bytes of a text that begins with a known prefix stay, and how many after them are replaced.
struct cut {
    std::size_t kept = 0, hidden = 0;
};

std::size_t run_of(std::string_view characters, std::string_view text, std::size_t from) {
    return std::min(text.find_first_not_of(characters, from), text.size()) - from;
}

std::optional<cut> opaque(std::string_view text) {
    constexpr std::size_t prefix = 4, id = 12;
    const auto run = run_of(in_opaque, text, prefix);
    if (run <= id) return std::nullopt;
    // The underscore after the id stays, so that the text is still recognisable as a token.
    const auto kept = prefix + id + (text[prefix + id] == '_' ? 1 : 0);
    return cut{kept, prefix + run - kept};
}

std::optional<cut> key(std::string_view text) {
    constexpr std::size_t prefix = 5;
    return cut{prefix, run_of(in_base64url, text, prefix)};
}

// A JWT has three segments. Its claims are private even without the signature.
std::optional<cut> signed_token(std::string_view text) {
    constexpr std::size_t prefix = 3;
    std::size_t end = prefix;
    for (int segment = 0; segment != 3; ++segment) {
        if (segment > 0 && (end == text.size() || text[end++] != '.')) return std::nullopt;
        const auto run = run_of(in_base64url, text, end);
        if (run == 0) return std::nullopt;
        end += run;
    }
    return cut{prefix, end - prefix};
}

std::optional<cut> shown(std::string_view text) {
    constexpr std::size_t prefix = 6, shortest = 16;  // our own messages contain "Authorization: Bearer TOKEN"
    const auto run = run_of(in_bearer, text, prefix);
    // The shape for trk_ tokens keeps the id.
    if (run < shortest || text.substr(prefix).starts_with("trk_")) return std::nullopt;
    return cut{prefix, run};
}

struct shape {
    std::string_view beginning;
    std::optional<cut> (*find)(std::string_view text);
};
constexpr std::array<shape, 4> shapes{{{"trk_", opaque}, {"trkk_", key}, {"eyJ", signed_token}, {"earer ", shown}}};

std::optional<cut> secret_at_the_start_of(std::string_view text) {
    for (const auto& one : shapes)
        if (text.starts_with(one.beginning)) return one.find(text);
    return std::nullopt;
}

std::size_t next_candidate(std::string_view text) {
    return std::min({text.find("trk"), text.find("eyJ"), text.find("earer ")});
}

}  // namespace

std::string redacted(std::string text) {
    if (next_candidate(text) == std::string::npos) return text;
    std::string shown;
    std::string_view left = text;
    for (auto at = next_candidate(left); at != std::string_view::npos; at = next_candidate(left)) {
        shown += left.substr(0, at);
        left.remove_prefix(at);
        const auto secret = secret_at_the_start_of(left);
        const auto kept = secret ? secret->kept : 1;
        shown += left.substr(0, kept);
        left.remove_prefix(kept);
        if (!secret || secret->hidden == 0) continue;
        shown += replacement;
        left.remove_prefix(secret->hidden);
    }
    return shown += left;
}

}  // namespace toolrack
