// Streams that are open, by the credential that opened them: one that is taken back takes its streams with
// it.
//
// A request is checked when it comes, and then runs; only what may stay open for hours needs to be put
// out. Lives in the hub. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "identity/principal.hpp"

namespace toolrack::auth {

class open_streams {
    using credential = std::pair<std::string, std::string>;  // the backend, and its id
    using open_ones = std::multimap<credential, std::function<void()>>;

public:
    // Over when it goes.
    class visit {
    public:
        ~visit();
        visit(const visit&) = delete;
        visit& operator=(const visit&) = delete;

    private:
        friend class open_streams;
        visit(open_streams& in, open_ones::iterator where) : in_(in), where_(where) {}

        open_streams& in_;
        const open_ones::iterator where_;
    };

    // `leave` is called once, by any thread, when `who` must go: at once, when that was said between their
    // being admitted and now. Not after the visit is over, but perhaps while it ends.
    visit enter(const identity::principal& who, std::function<void()> leave);

    // Whoever came with this credential of this backend goes; with any of its credentials, when it is empty.
    void close_revoked(std::string_view backend, std::string_view credential);

    // How many streams are open.
    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return open_.size();
    }

    // How often anything was taken back: what was granted while this changed may be void.
    std::uint64_t age() const noexcept { return age_.load(std::memory_order_acquire); }

private:
    std::atomic<std::uint64_t> age_ = 0;
    mutable std::mutex mutex_;
    open_ones open_;
};

}  // namespace toolrack::auth
