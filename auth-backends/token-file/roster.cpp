#include "roster.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstring>

#include "token/bearer.hpp"

namespace {

using namespace toolrack;

std::int64_t seconds_of(sys_seconds when) { return when.time_since_epoch().count(); }
std::int64_t seconds_of(const std::optional<sys_seconds>& when) { return when ? seconds_of(*when) : 0; }

roster::id packed(std::string_view text) {
    roster::id id{};
    std::copy_n(text.begin(), std::min(text.size(), id.size()), id.begin());
    return id;
}

std::string text_of(const roster::id& id) { return {id.begin(), id.end()}; }

}  // namespace

bool roster::holder::is_same_as(const holder& other) const {
    return id == other.id && *principal == *other.principal && *scopes == *other.scopes &&
           *sources == *other.sources && not_before == other.not_before;
}

// Hashes of random tokens are random.
std::size_t roster::first_bytes::operator()(const sha256_digest& hash) const noexcept {
    std::size_t bits = 0;
    std::memcpy(&bits, hash.data(), sizeof bits);
    return bits;
}

roster::roster(const std::vector<token::record>& records)
    : uses_(std::make_unique<std::atomic<std::int64_t>[]>(records.size())) {
    holders_.reserve(records.size());
    for (const auto& one : records)
        holders_.emplace(one.hash, holder{packed(one.id), kept(one.principal), kept(one.scopes), kept(one.sources),
                                          seconds_of(one.created), seconds_of(one.not_before), seconds_of(one.expires),
                                          holders_.size()});
}

const std::string* roster::kept(const std::string& text) { return &texts_.try_emplace(text, text).first->second; }
const std::vector<std::string>* roster::kept(const std::vector<std::string>& words) {
    return &words_.try_emplace(words, words).first->second;
}

const roster::holder* roster::find(std::string_view bearer, std::string_view id) const {
    const auto found = holders_.find(token::hash_of(bearer));
    // Of a list that was edited by hand, an entry may have another's hash.
    return found != holders_.end() && found->second.id == packed(id) ? &found->second : nullptr;
}

bool roster::may_come_from(const holder& who, std::string_view peer) {
    if (who.sources->empty()) return true;
    boost::system::error_code none;
    const auto address = boost::asio::ip::make_address(std::string(peer), none);
    return std::ranges::any_of(*who.sources, [&](const std::string& source) {
        if (source == token::from_unix) return peer == token::from_unix;
        const auto named = network::read(source);
        return !none && named && named->contains(address);
    });
}

void roster::collect_uses(token::last_uses& into) const {
    for (const auto& [hash, who] : holders_)
        if (const auto used = uses_[who.number].load(std::memory_order_relaxed))
            into[text_of(who.id)] = sys_seconds(std::chrono::seconds(used));
}

std::vector<std::string> roster::lost_in(const roster& next) const {
    std::vector<std::string> lost;
    for (const auto& [hash, who] : holders_) {
        const auto found = next.holders_.find(hash);
        if (found == next.holders_.end() || !who.is_same_as(found->second)) lost.push_back(text_of(who.id));
    }
    return lost;
}

std::vector<std::pair<std::int64_t, std::string>> roster::shortened_in(const roster& next) const {
    std::vector<std::pair<std::int64_t, std::string>> ends;
    for (const auto& [hash, who] : holders_) {
        const auto found = next.holders_.find(hash);
        if (found == next.holders_.end() || found->second.expires == 0) continue;
        if (who.expires == 0 || found->second.expires < who.expires)
            ends.emplace_back(found->second.expires, text_of(who.id));
    }
    return ends;
}
