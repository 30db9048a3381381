#include "token/record.hpp"

#include <charconv>

#include "base/network.hpp"
#include "base/text.hpp"

namespace toolrack::token {
namespace {

constexpr std::string_view hash_prefix = "sha256:";

bool is_line(std::string_view text, std::size_t most) noexcept {
    return text.size() <= most && is_utf8(text) && !has_unprintable_characters(text);
}

}  // namespace

bool is_principal(std::string_view text) noexcept { return !text.empty() && is_line(text, 256); }
bool is_note(std::string_view text) noexcept { return is_line(text, 256); }
bool is_source(const std::string& text) noexcept { return text == unix_source || network::read(text).has_value(); }

std::string write_hash(const sha256_digest& hash) { return std::string(hash_prefix) + hex(hash); }

std::optional<sha256_digest> read_hash(std::string_view text) {
    sha256_digest hash{};
    if (!text.starts_with(hash_prefix) || text.size() != hash_prefix.size() + 2 * hash.size()) return std::nullopt;
    text.remove_prefix(hash_prefix.size());
    for (std::size_t at = 0; at < hash.size(); ++at) {
        const char* begin = text.data() + 2 * at;
        const auto [end, error] = std::from_chars(begin, begin + 2, hash[at], 16);
        if (error != std::errc{} || end != begin + 2) return std::nullopt;
    }
    return hash;
}

}  // namespace toolrack::token
