#include "token_table.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstring>

#include "token/bearer.hpp"

namespace {

using namespace toolrack;

std::int64_t seconds_of(sys_seconds when) { return when.time_since_epoch().count(); }
std::int64_t seconds_of(const std::optional<sys_seconds>& when) { return when ? seconds_of(*when) : 0; }

token_table::id packed(std::string_view text) {
    token_table::id id{};
    std::copy_n(text.begin(), std::min(text.size(), id.size()), id.begin());
    return id;
}

std::string text_of(const token_table::id& id) { return {id.begin(), id.end()}; }

}  // namespace

bool token_table::entry::is_same_except_expiry(const entry& other) const {
    return id == other.id && *principal == *other.principal && *scopes == *other.scopes && *sources == *other.sources &&
           not_before == other.not_before;
}

// A SHA-256 hash is uniformly distributed.
std::size_t token_table::first_bytes::operator()(const sha256_digest& hash) const noexcept {
    std::size_t bits = 0;
    std::memcpy(&bits, hash.data(), sizeof bits);
    return bits;
}

token_table::token_table(const std::vector<token::record>& records)
    : uses_(std::make_unique<std::atomic<std::int64_t>[]>(records.size())) {
    entries_.reserve(records.size());
    for (const auto& one : records)
        entries_.emplace(one.hash,
                         entry{packed(one.id),
                               stored(one.principal),
                               stored(one.scopes),
                               stored(one.sources),
                               seconds_of(one.created),
                               seconds_of(one.not_before),
                               seconds_of(one.expires),
                               entries_.size()});
}

const std::string* token_table::stored(const std::string& text) {
    return &texts_.try_emplace(text, text).first->second;
}
const std::vector<std::string>* token_table::stored(const std::vector<std::string>& texts) {
    return &lists_.try_emplace(texts, texts).first->second;
}

const token_table::entry* token_table::find(std::string_view bearer, std::string_view id) const {
    const auto found = entries_.find(token::hash_of(bearer));
    // In a list that was edited by hand, a hash can stand with the id of another token.
    return found != entries_.end() && found->second.id == packed(id) ? &found->second : nullptr;
}

bool token_table::is_allowed_source(const entry& entry, std::string_view peer) {
    if (entry.sources->empty()) return true;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(peer), error);
    return std::ranges::any_of(*entry.sources, [&](const std::string& source) {
        if (source == token::unix_source) return peer == token::unix_source;
        const auto allowed = network::read(source);
        return !error && allowed && allowed->contains(address);
    });
}

void token_table::collect_uses(token::last_uses& into) const {
    for (const auto& [hash, entry] : entries_)
        if (const auto used = uses_[entry.index].load(std::memory_order_relaxed))
            into[text_of(entry.id)] = sys_seconds(std::chrono::seconds(used));
}

std::vector<std::string> token_table::removed_in(const token_table& next) const {
    std::vector<std::string> removed;
    for (const auto& [hash, entry] : entries_) {
        const auto found = next.entries_.find(hash);
        if (found == next.entries_.end() || !entry.is_same_except_expiry(found->second))
            removed.push_back(text_of(entry.id));
    }
    return removed;
}

std::vector<std::pair<std::int64_t, std::string>> token_table::shortened_in(const token_table& next) const {
    std::vector<std::pair<std::int64_t, std::string>> shortened;
    for (const auto& [hash, entry] : entries_) {
        const auto found = next.entries_.find(hash);
        if (found == next.entries_.end() || found->second.expires == 0) continue;
        if (entry.expires == 0 || found->second.expires < entry.expires)
            shortened.emplace_back(found->second.expires, text_of(entry.id));
    }
    return shortened;
}
