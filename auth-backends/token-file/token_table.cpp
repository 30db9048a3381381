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

bool token_table::holder::is_same_as(const holder& other) const {
    return id == other.id && *principal == *other.principal && *scopes == *other.scopes &&
           *sources == *other.sources && not_before == other.not_before;
}

// Hashes of random tokens are random.
std::size_t token_table::first_bytes::operator()(const sha256_digest& hash) const noexcept {
    std::size_t bits = 0;
    std::memcpy(&bits, hash.data(), sizeof bits);
    return bits;
}

token_table::token_table(const std::vector<token::record>& records)
    : uses_(std::make_unique<std::atomic<std::int64_t>[]>(records.size())) {
    holders_.reserve(records.size());
    for (const auto& one : records)
        holders_.emplace(one.hash, holder{packed(one.id), kept(one.principal), kept(one.scopes), kept(one.sources),
                                          seconds_of(one.created), seconds_of(one.not_before), seconds_of(one.expires),
                                          holders_.size()});
}

const std::string* token_table::kept(const std::string& text) { return &texts_.try_emplace(text, text).first->second; }
const std::vector<std::string>* token_table::kept(const std::vector<std::string>& words) {
    return &words_.try_emplace(words, words).first->second;
}

const token_table::holder* token_table::find(std::string_view bearer, std::string_view id) const {
    const auto found = holders_.find(token::hash_of(bearer));
    // Of a list that was edited by hand, an entry may have another's hash.
    return found != holders_.end() && found->second.id == packed(id) ? &found->second : nullptr;
}

bool token_table::may_come_from(const holder& who, std::string_view peer) {
    if (who.sources->empty()) return true;
    boost::system::error_code none;
    const auto address = boost::asio::ip::make_address(std::string(peer), none);
    return std::ranges::any_of(*who.sources, [&](const std::string& source) {
        if (source == token::from_unix) return peer == token::from_unix;
        const auto named = network::read(source);
        return !none && named && named->contains(address);
    });
}

void token_table::collect_uses(token::last_uses& into) const {
    for (const auto& [hash, who] : holders_)
        if (const auto used = uses_[who.number].load(std::memory_order_relaxed))
            into[text_of(who.id)] = sys_seconds(std::chrono::seconds(used));
}

std::vector<std::string> token_table::lost_in(const token_table& next) const {
    std::vector<std::string> lost;
    for (const auto& [hash, who] : holders_) {
        const auto found = next.holders_.find(hash);
        if (found == next.holders_.end() || !who.is_same_as(found->second)) lost.push_back(text_of(who.id));
    }
    return lost;
}

std::vector<std::pair<std::int64_t, std::string>> token_table::shortened_in(const token_table& next) const {
    std::vector<std::pair<std::int64_t, std::string>> ends;
    for (const auto& [hash, who] : holders_) {
        const auto found = next.holders_.find(hash);
        if (found == next.holders_.end() || found->second.expires == 0) continue;
        if (who.expires == 0 || found->second.expires < who.expires)
            ends.emplace_back(found->second.expires, text_of(who.id));
    }
    return ends;
}
