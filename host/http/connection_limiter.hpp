// Limits the number of open connections, in total and for each source.
//
// Clients behind a proxy have no source and count only towards the total. Thread-safe: the accepting thread acquires
// slots, and the I/O threads release them.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>

#include "base/mutex.hpp"
#include "http/peer.hpp"
#include "identity/source.hpp"

namespace toolrack::http {

class connection_limiter : public std::enable_shared_from_this<connection_limiter> {
public:
    connection_limiter(std::size_t max, std::size_t max_per_source) : max_(max), max_per_source_(max_per_source) {}

    // One counted connection. Released by the destructor.
    class slot {
    public:
        slot(std::shared_ptr<connection_limiter> limiter, std::optional<identity::source> source)
            : limiter_(std::move(limiter)), source_(source) {}
        slot(slot&&) = default;
        slot& operator=(slot&&) = delete;
        ~slot() {
            if (limiter_) limiter_->release(source_);
        }

    private:
        std::shared_ptr<connection_limiter> limiter_;
        std::optional<identity::source> source_;
    };

    // Nothing when the total or the source is at its limit.
    std::optional<slot> acquire(const peer& from);
    std::size_t count() const;

private:
    void release(const std::optional<identity::source>& source) noexcept;

    const std::size_t max_;
    const std::size_t max_per_source_;
    mutable mutex mutex_;
    std::size_t count_ TOOLRACK_GUARDED_BY(mutex_) = 0;
    std::map<identity::source, std::size_t> count_by_source_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::http
