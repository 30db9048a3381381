#include "token/leaks.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/secret.hpp"
#include "token/bearer.hpp"

namespace toolrack::token {
namespace {

// Both prefixes begin so.
constexpr std::string_view beginning = "trk";
constexpr std::string_view key_prefix = "trkk_";
constexpr std::size_t key_digits = 43, key_bytes = 32;
constexpr std::string_view base64url_digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";

// As long as anything that is looked for, with the character behind a key that says whether it ends there.
constexpr std::size_t longest = std::max(length, key_prefix.size() + key_digits + 1);

bool begins_with_key(std::string_view text) {
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

leak_finder::~leak_finder() { wipe(waiting_); }

void leak_finder::feed(std::string_view piece) {
    const auto before = waiting_.size();
    waiting_ += piece;
    waiting_.erase(std::remove(waiting_.begin() + static_cast<std::ptrdiff_t>(before), waiting_.end(), '\0'),
                   waiting_.end());
    if (waiting_.size() > longest) look(waiting_.size() - longest);
}

void leak_finder::end() { look(waiting_.size()); }

// At every place before `until`, which is then let go of.
void leak_finder::look(std::size_t until) {
    for (auto at = waiting_.find(beginning); at < until; at = waiting_.find(beginning, at + 1)) look_at(at);
    let_go_of(until);
}

void leak_finder::look_at(std::size_t at) {
    const auto here = std::string_view(waiting_).substr(at, longest);
    leak one;
    if (const auto id = id_of(here.substr(0, length))) one.id = *id;
    else if (begins_with_key(here)) one.what = leak::kind::key;
    else return;

    const auto before = std::string_view(waiting_).substr(0, at);
    const auto line_end = before.rfind('\n');
    one.line = line_ + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    one.column = line_end == before.npos ? column_ + at : at - line_end;
    found_(one);
}

void leak_finder::let_go_of(std::size_t count) {
    const auto gone = std::string_view(waiting_).substr(0, count);
    const auto line_end = gone.rfind('\n');
    line_ += static_cast<std::uint64_t>(std::count(gone.begin(), gone.end(), '\n'));
    column_ = line_end == gone.npos ? column_ + count : count - line_end;
    waiting_.erase(0, count);
}

}  // namespace toolrack::token
