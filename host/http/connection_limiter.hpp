// Who is connected: how many in all, and how many from one source.
//
// Who has no source, because many may stand behind them, counts in the whole only. Thread-safe: connections enter on
// the accepting thread and leave on theirs.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "http/peer.hpp"
#include "identity/source.hpp"

namespace toolrack::http {

class connection_limiter : public std::enable_shared_from_this<connection_limiter> {
public:
    connection_limiter(std::size_t most, std::size_t most_per_source)
        : most_(most), most_per_source_(most_per_source) {}

    // A connection's place, given up when it ends.
    class place {
    public:
        place(std::shared_ptr<connection_limiter> in, std::optional<identity::source> from)
            : in_(std::move(in)), from_(from) {}
        place(place&&) = default;
        place& operator=(place&&) = delete;
        ~place() {
            if (in_) in_->leave(from_);
        }

    private:
        std::shared_ptr<connection_limiter> in_;
        std::optional<identity::source> from_;
    };

    // Nothing when there is no place left, for anybody or for this source.
    std::optional<place> enter(const peer& who);
    std::size_t size() const;

private:
    void leave(const std::optional<identity::source>& from) noexcept;

    const std::size_t most_;
    const std::size_t most_per_source_;
    mutable std::mutex acceptor_;
    std::size_t present_ = 0;
    std::map<identity::source, std::size_t> present_from_;
};

}  // namespace toolrack::http
