// The open streams by the credential of the request that opened them, to close them when it is revoked.
//
// Only streams need this, because they can stay open for hours: other requests are authenticated and then run to their
// end. Lives in the process state. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.hpp"
#include "identity/principal.hpp"

namespace toolrack::auth {

class open_streams {
    using credential = std::pair<std::string, std::string>;  // backend, id
    using by_credential = std::multimap<credential, std::function<void()>>;

public:
    // Removes the stream when it is destroyed.
    class registration {
    public:
        ~registration();
        registration(const registration&) = delete;
        registration& operator=(const registration&) = delete;

    private:
        friend class open_streams;
        registration(open_streams& streams, by_credential::iterator position)
            : streams_(streams), position_(position) {}

        open_streams& streams_;
        const by_credential::iterator position_;
    };

    // `close` is called on any thread when the credential is revoked, and at once when a revocation came after `who`
    // was admitted: it can be called more than once. It is not called after the registration is destroyed, but it may
    // be running at that moment.
    registration add(const identity::principal& who, std::function<void()> close);

    // Closes the streams of one credential; those of all credentials of the backend when it is empty.
    void close_revoked(std::string_view backend, std::string_view credential);

    std::size_t size() const {
        const lock_guard lock(mutex_);
        return open_.size();
    }

    // The number of revocations. A grant that was made in an earlier epoch may be revoked.
    std::uint64_t epoch() const noexcept { return epoch_.load(std::memory_order_acquire); }

private:
    std::atomic<std::uint64_t> epoch_ = 0;
    mutable mutex mutex_;
    by_credential open_ TOOLRACK_GUARDED_BY(mutex_);
};

}  // namespace toolrack::auth
