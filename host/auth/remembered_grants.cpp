#include "auth/remembered_grants.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <atomic>
#include <boost/multi_index/composite_key.hpp>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/mem_fun.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>

#include "base/mutex.hpp"

namespace toolrack::auth {
namespace {

namespace mi = boost::multi_index;
using namespace std::chrono_literals;
using steady_time = std::chrono::steady_clock::time_point;

// One caller cannot displace the grants of the others, with however many tokens or addresses.
constexpr std::size_t most_per_caller = 64;
constexpr std::size_t largest_grant = 4096;  // bytes
// Keeps the sum with a steady time representable. Longer than a process lives.
constexpr std::chrono::seconds longest_keep = 24h * 365 * 10;

struct entry {
    remembered_grants::key shown;
    std::weak_ptr<plugin::instance> instance;  // its control block, unlike an address, is never reused
    identity::grant granted;
    steady_time until;

    const std::string& backend() const noexcept { return granted.backend; }
    const std::string& credential() const noexcept { return granted.credential; }
    const std::string& issuer() const noexcept { return granted.issuer; }
    const std::string& subject() const noexcept { return granted.subject; }
};

// The keys are MACs under a secret key, so their first bytes are a good hash.
struct first_bytes {
    std::size_t operator()(const remembered_grants::key& key) const noexcept {
        std::size_t hash = 0;
        std::memcpy(&hash, key.data(), sizeof hash);
        return hash;
    }
};

struct equal_in_constant_time {
    bool operator()(const remembered_grants::key& one, const remembered_grants::key& other) const noexcept {
        return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
    }
};

struct by_key;
struct by_credential;
struct by_caller;
struct by_end;

using entries = mi::multi_index_container<
    entry,
    mi::indexed_by<
        mi::hashed_unique<mi::tag<by_key>,
                          mi::member<entry, remembered_grants::key, &entry::shown>,
                          first_bytes,
                          equal_in_constant_time>,
        mi::ordered_non_unique<mi::tag<by_credential>,
                               mi::composite_key<entry,
                                                 mi::const_mem_fun<entry, const std::string&, &entry::backend>,
                                                 mi::const_mem_fun<entry, const std::string&, &entry::credential>>,
                               mi::composite_key_compare<std::less<>, std::less<>>>,
        mi::ordered_non_unique<mi::tag<by_caller>,
                               mi::composite_key<entry,
                                                 mi::const_mem_fun<entry, const std::string&, &entry::issuer>,
                                                 mi::const_mem_fun<entry, const std::string&, &entry::subject>,
                                                 mi::member<entry, steady_time, &entry::until>>>,
        mi::ordered_non_unique<mi::tag<by_end>, mi::member<entry, steady_time, &entry::until>>>>;

bool is_same(const std::weak_ptr<plugin::instance>& one, const std::shared_ptr<plugin::instance>& other) noexcept {
    return !one.owner_before(other) && !other.owner_before(one);
}

std::size_t size_of(const identity::grant& granted) noexcept {
    std::size_t size =
        granted.subject.size() + granted.issuer.size() + granted.backend.size() + granted.credential.size();
    for (const auto& scope : granted.scopes) size += scope.size();
    return size + granted.scopes.size() * sizeof(std::string);
}

template <typename Number>
std::string_view bytes_of(const Number& number) noexcept {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}

}  // namespace

struct remembered_grants::table {
    mutable toolrack::mutex mutex;
    entries all TOOLRACK_GUARDED_BY(mutex);
    std::atomic<std::uint64_t> epoch = 0;  // number of revocations; written under the mutex
};

remembered_grants::remembered_grants(std::size_t most)
    : most_(most), key_(random_id(32)), table_(std::make_unique<table>()) {}

remembered_grants::~remembered_grants() = default;

std::uint64_t remembered_grants::epoch() const noexcept { return table_->epoch.load(std::memory_order_acquire); }

remembered_grants::key remembered_grants::key_of(const plugin::credentials& shown) const {
    // Names every member, so that adding one does not compile until it is part of the key.
    const auto& [token, resource, peer, uid, gid, certificate] = shown;
    const std::string_view fields[] = {"Bearer", token, resource, peer, bytes_of(uid), bytes_of(gid), certificate};
    std::size_t size = 0;
    for (const auto& field : fields) size += sizeof size + field.size();
    std::string text;
    text.reserve(size);  // growing would leave copies of the token behind
    for (const auto& field : fields) (text += bytes_of(field.size())) += field;
    const auto made = hmac_sha256(key_, text);
    wipe(text);
    return made;
}

std::optional<identity::grant>
remembered_grants::find(const key& shown, const std::shared_ptr<plugin::instance>& backend, const clock& clock) {
    const auto now = clock.now();
    const auto steady = clock.steady();
    const lock_guard lock(table_->mutex);
    auto& index = table_->all.get<by_key>();
    const auto found = index.find(shown);
    if (found == index.end() || !is_same(found->instance, backend)) return std::nullopt;
    if (steady < found->until && now < found->granted.expires) return found->granted;
    index.erase(found);
    return std::nullopt;
}

void remembered_grants::add(const key& shown,
                            const std::shared_ptr<plugin::instance>& backend,
                            const identity::grant& granted,
                            std::chrono::seconds keep,
                            const start& asked) {
    if (size_of(granted) > largest_grant) return;
    const auto until = asked.time + std::min(keep, longest_keep);
    const lock_guard lock(table_->mutex);
    if (table_->epoch.load(std::memory_order_relaxed) != asked.epoch) return;

    table_->all.get<by_key>().erase(shown);
    auto& ends = table_->all.get<by_end>();
    ends.erase(ends.begin(), ends.upper_bound(asked.time));  // expired ones
    auto& callers = table_->all.get<by_caller>();
    const auto [first, last] = callers.equal_range(std::tie(granted.issuer, granted.subject));
    if (std::distance(first, last) >= std::ptrdiff_t{most_per_caller}) callers.erase(first);  // ends first
    if (table_->all.size() >= most_) ends.erase(ends.begin());
    table_->all.insert({shown, backend, granted, until});
}

void remembered_grants::revoke(std::string_view backend, std::string_view credential) {
    const lock_guard lock(table_->mutex);
    table_->epoch.fetch_add(1, std::memory_order_release);
    auto& index = table_->all.get<by_credential>();
    const auto [first, last] = credential.empty() ? index.equal_range(std::make_tuple(backend))
                                                  : index.equal_range(std::make_tuple(backend, credential));
    index.erase(first, last);
}

bool remembered_grants::has_grants_of(std::string_view backend) const {
    const lock_guard lock(table_->mutex);
    return table_->all.get<by_credential>().contains(std::make_tuple(backend));
}

std::size_t remembered_grants::size() const {
    const lock_guard lock(table_->mutex);
    return table_->all.size();
}

}  // namespace toolrack::auth
