#include "token/secret_scanner.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/secret.hpp"
#include "token/bearer.hpp"

namespace toolrack::token {
namespace {

constexpr std::string_view common_prefix = "trk";  // of tokens and keys
constexpr std::string_view key_prefix = "trkk_";
constexpr std::size_t key_digits = 43, key_bytes = 32;
constexpr std::string_view base64url_digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";

// The longest text that is searched for, with the character after a key: a longer text is not a key.
constexpr std::size_t longest = std::max(length, key_prefix.size() + key_digits + 1);

bool starts_with_key(std::string_view text) {
    if (!text.starts_with(key_prefix)) return false;
    text.remove_prefix(key_prefix.size());
    if (std::min(text.find_first_not_of(base64url_digits), text.size()) != key_digits) return false;
    auto bytes = base64url_decoded(text.substr(0, key_digits));
    if (!bytes) return false;
    const bool is_whole = bytes->size() == key_bytes;
    wipe(*bytes);
    return is_whole;
}

}  // namespace

secret_scanner::~secret_scanner() { wipe(buffer_); }

void secret_scanner::scan(std::string_view piece) {
    const auto before = buffer_.size();
    buffer_ += piece;
    buffer_.erase(std::remove(buffer_.begin() + static_cast<std::ptrdiff_t>(before), buffer_.end(), '\0'),
                  buffer_.end());
    if (buffer_.size() > longest) scan_before(buffer_.size() - longest);
}

void secret_scanner::finish() { scan_before(buffer_.size()); }

void secret_scanner::scan_before(std::size_t end) {
    for (auto at = buffer_.find(common_prefix); at < end; at = buffer_.find(common_prefix, at + 1)) check_at(at);
    drop(end);
}

void secret_scanner::check_at(std::size_t at) {
    const auto here = std::string_view(buffer_).substr(at, longest);
    finding one;
    if (const auto id = id_of(here.substr(0, length))) one.id = *id;
    else if (starts_with_key(here)) one.what = finding::kind::key;
    else return;

    const auto before = std::string_view(buffer_).substr(0, at);
    const auto line_end = before.rfind('\n');
    one.line = line_ + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    one.column = line_end == before.npos ? column_ + at : at - line_end;
    on_finding_(one);
}

void secret_scanner::drop(std::size_t count) {
    const auto dropped = std::string_view(buffer_).substr(0, count);
    const auto line_end = dropped.rfind('\n');
    line_ += static_cast<std::uint64_t>(std::count(dropped.begin(), dropped.end(), '\n'));
    column_ = line_end == dropped.npos ? column_ + count : count - line_end;
    buffer_.erase(0, count);
}

}  // namespace toolrack::token
