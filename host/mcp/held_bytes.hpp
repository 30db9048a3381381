// The memory that is used for what clients may fetch later: events of resumable streams, outcomes of tasks, and
// subscriptions. Bounded in bytes, in total and for each principal.
//
// Where a new item exceeds a bound, the oldest items make room: those of the same principal for its own bound, and
// those of the principal that holds the most for the total. So a caller loses only what it holds too much itself. Lives
// as long as its last item. Thread-safe; locks nothing of its callers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.hpp"
#include "identity/principal.hpp"

namespace toolrack::mcp {

// A principal as a key.
std::string owner_key(const identity::principal& who);
bool is_owner(std::string_view key, const identity::principal& who) noexcept;

class held_bytes : public std::enable_shared_from_this<held_bytes> {
public:
    // Always held by a shared_ptr.
    held_bytes(std::size_t most, std::size_t most_per_principal);

    class item;
    // What was removed to make room: call each, without a lock.
    using dropped = std::vector<std::function<void()>>;

    // Counts `bytes` until the item is destroyed. `drop` frees the memory; it is called at most once, on any thread,
    // possibly after the item was destroyed.
    std::unique_ptr<item>
    add(const std::string& owner, std::size_t bytes, std::function<void()> drop, dropped& removed);
    // For what cannot be dropped. Null when it would exceed a bound.
    std::unique_ptr<item> try_add(const std::string& owner, std::size_t bytes);

    std::size_t total() const;

private:
    struct entry {
        std::size_t bytes;
        std::function<void()> drop;
    };
    struct holder {
        std::size_t bytes = 0;
        std::map<std::uint64_t, entry> items;  // those that can be dropped, the oldest first
    };

    void resize(const item& which, std::size_t bytes, dropped& removed);
    void release(const item& which);
    void change(holder& of, std::size_t from, std::size_t to) TOOLRACK_REQUIRES(mutex_);
    void make_room(holder& grown_of, std::uint64_t grown, dropped& removed) TOOLRACK_REQUIRES(mutex_);
    bool drop_oldest(holder& of, std::uint64_t grown, dropped& removed) TOOLRACK_REQUIRES(mutex_);
    holder* largest(std::uint64_t grown) TOOLRACK_REQUIRES(mutex_);

    const std::size_t most_, most_per_principal_;
    mutable mutex mutex_;
    std::unordered_map<std::string, holder> holders_ TOOLRACK_GUARDED_BY(mutex_);
    std::size_t total_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    std::uint64_t next_ TOOLRACK_GUARDED_BY(mutex_) = 1;
};

class held_bytes::item {
public:
    ~item() { in_->release(*this); }
    item(const item&) = delete;
    item& operator=(const item&) = delete;

    // Does nothing when the item was dropped.
    void resize(std::size_t bytes, dropped& removed) { in_->resize(*this, bytes, removed); }

private:
    friend held_bytes;
    item(std::shared_ptr<held_bytes> in, std::string owner, std::uint64_t number, std::size_t fixed)
        : in_(std::move(in)), owner_(std::move(owner)), number_(number), fixed_(fixed) {}

    const std::shared_ptr<held_bytes> in_;
    const std::string owner_;
    const std::uint64_t number_;  // 0: cannot be dropped
    const std::size_t fixed_;     // the size of what cannot be dropped
};

}  // namespace toolrack::mcp
