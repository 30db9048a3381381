#include "roster.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstring>
#include <openssl/crypto.h>

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

}  // namespace

bool roster::holder::is_same_as(const holder& other) const {
    return hash == other.hash && *principal == *other.principal && *scopes == *other.scopes &&
           *sources == *other.sources && not_before == other.not_before;
}

// Ids are random, and only ours are in here: nobody can choose them to collide.
std::size_t roster::hash_of_id::operator()(const id& text) const noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, text.data(), sizeof bits);
    return static_cast<std::size_t>(bits * 0x9E3779B97F4A7C15ull >> 7);
}

roster::roster(const std::vector<token::record>& records)
    : uses_(std::make_unique<std::atomic<std::int64_t>[]>(records.size())) {
    holders_.reserve(records.size());
    for (const auto& one : records)
        holders_.emplace(packed(one.id), holder{one.hash, kept(one.principal), kept(one.scopes), kept(one.sources),
                                                seconds_of(one.created), seconds_of(one.not_before),
                                                seconds_of(one.expires), holders_.size()});
}

const std::string* roster::kept(const std::string& text) { return &texts_.try_emplace(text, text).first->second; }
const std::vector<std::string>* roster::kept(const std::vector<std::string>& words) {
    return &words_.try_emplace(words, words).first->second;
}

const roster::holder* roster::find(std::string_view bearer, std::string_view id) const {
    static const sha256_digest nobody{};
    const auto found = holders_.find(packed(id));
    const auto shown = token::hash_of(bearer);
    const auto& known = found == holders_.end() ? nobody : found->second.hash;
    const bool is_right = CRYPTO_memcmp(shown.data(), known.data(), shown.size()) == 0;
    return is_right && found != holders_.end() ? &found->second : nullptr;
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
    for (const auto& [id, who] : holders_)
        if (const auto used = uses_[who.number].load(std::memory_order_relaxed))
            into[std::string(id.begin(), id.end())] = sys_seconds(std::chrono::seconds(used));
}

std::vector<std::string> roster::lost_in(const roster& next) const {
    std::vector<std::string> lost;
    for (const auto& [id, who] : holders_) {
        const auto found = next.holders_.find(id);
        if (found == next.holders_.end() || !who.is_same_as(found->second)) lost.emplace_back(id.begin(), id.end());
    }
    return lost;
}

std::vector<std::pair<std::int64_t, std::string>> roster::shortened_in(const roster& next) const {
    std::vector<std::pair<std::int64_t, std::string>> ends;
    for (const auto& [id, who] : holders_) {
        const auto found = next.holders_.find(id);
        if (found == next.holders_.end() || found->second.expires == 0) continue;
        if (who.expires == 0 || found->second.expires < who.expires)
            ends.emplace_back(found->second.expires, std::string(id.begin(), id.end()));
    }
    return ends;
}
