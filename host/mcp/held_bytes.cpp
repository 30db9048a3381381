#include "mcp/held_bytes.hpp"

#include <utility>

namespace toolrack::mcp {

std::string owner_key(const identity::principal& who) { return who.issuer() + '\0' + who.subject(); }

bool is_owner(std::string_view key, const identity::principal& who) noexcept {
    const std::string_view issuer = who.issuer(), subject = who.subject();
    return key.size() == issuer.size() + 1 + subject.size() && key.starts_with(issuer) && key[issuer.size()] == '\0' &&
           key.ends_with(subject);
}

held_bytes::held_bytes(std::size_t most, std::size_t most_per_principal)
    : most_(most), most_per_principal_(most_per_principal) {}

std::unique_ptr<held_bytes::item>
held_bytes::add(const std::string& owner, std::size_t bytes, std::function<void()> drop, dropped& removed) {
    const lock_guard lock(mutex_);
    auto& holder = holders_[owner];
    const auto number = next_++;
    holder.items.emplace(number, entry{bytes, std::move(drop)});
    change(holder, 0, bytes);
    make_room(holder, number, removed);
    return std::unique_ptr<item>(new item(shared_from_this(), owner, number, 0));
}

std::unique_ptr<held_bytes::item> held_bytes::try_add(const std::string& owner, std::size_t bytes) {
    const lock_guard lock(mutex_);
    const auto found = holders_.find(owner);
    const auto held = found == holders_.end() ? 0 : found->second.bytes;
    if (held + bytes > most_per_principal_ || total_ + bytes > most_) return nullptr;
    change(holders_[owner], 0, bytes);
    return std::unique_ptr<item>(new item(shared_from_this(), owner, 0, bytes));
}

std::size_t held_bytes::total() const {
    const lock_guard lock(mutex_);
    return total_;
}

void held_bytes::resize(const item& which, std::size_t bytes, dropped& removed) {
    const lock_guard lock(mutex_);
    const auto holder = holders_.find(which.owner_);
    if (holder == holders_.end()) return;
    const auto found = holder->second.items.find(which.number_);
    if (found == holder->second.items.end()) return;
    change(holder->second, std::exchange(found->second.bytes, bytes), bytes);
    make_room(holder->second, which.number_, removed);
}

void held_bytes::release(const item& which) {
    const lock_guard lock(mutex_);
    const auto holder = holders_.find(which.owner_);
    if (holder == holders_.end()) return;
    auto bytes = which.fixed_;
    if (const auto found = holder->second.items.find(which.number_); found != holder->second.items.end()) {
        bytes = found->second.bytes;
        holder->second.items.erase(found);
    }
    change(holder->second, bytes, 0);
    if (holder->second.bytes == 0 && holder->second.items.empty()) holders_.erase(holder);
}

void held_bytes::change(holder& of, std::size_t from, std::size_t to) {
    of.bytes += to - from;
    total_ += to - from;
}

// The item that grew stays whatever its size: its client may be about to read it.
void held_bytes::make_room(holder& grown_of, std::uint64_t grown, dropped& removed) {
    while (grown_of.bytes > most_per_principal_ && drop_oldest(grown_of, grown, removed)) {
    }
    while (total_ > most_) {
        auto* const from = largest(grown);
        if (!from || !drop_oldest(*from, grown, removed)) return;
    }
}

bool held_bytes::drop_oldest(holder& of, std::uint64_t grown, dropped& removed) {
    auto oldest = of.items.begin();
    if (oldest != of.items.end() && oldest->first == grown) ++oldest;
    if (oldest == of.items.end()) return false;
    change(of, oldest->second.bytes, 0);
    removed.push_back(std::move(oldest->second.drop));
    of.items.erase(oldest);
    return true;
}

// Of those with an item that can be dropped.
held_bytes::holder* held_bytes::largest(std::uint64_t grown) {
    holder* most = nullptr;
    for (auto& [owner, one] : holders_)
        if (one.items.size() > one.items.count(grown) && (!most || one.bytes > most->bytes)) most = &one;
    return most;
}

}  // namespace toolrack::mcp
