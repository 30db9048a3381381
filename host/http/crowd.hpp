// Who is connected: how many in all, and how many from one source.
//
// A source is an IPv4 address, or the /64 that an IPv6 host has for itself; a unix socket has no
// source and counts in the whole only. Thread-safe: connections enter on the accepting thread and
// leave on theirs.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "http/peer.hpp"

namespace toolrack::http {

class crowd : public std::enable_shared_from_this<crowd> {
    using source = std::array<unsigned char, 16>;

public:
    crowd(std::size_t most, std::size_t most_per_source)
        : most_(most), most_per_source_(most_per_source) {}

    // A connection's place, given up when it ends.
    class place {
    public:
        place(std::shared_ptr<crowd> in, std::optional<source> from)
            : in_(std::move(in)), from_(from) {}
        place(place&&) = default;
        place& operator=(place&&) = delete;
        ~place() {
            if (in_) in_->leave(from_);
        }

    private:
        std::shared_ptr<crowd> in_;
        std::optional<source> from_;
    };

    // Nothing when there is no place left, for anybody or for this source.
    std::optional<place> enter(const peer& who);
    std::size_t size() const;

private:
    static std::optional<source> source_of(const peer& who);
    void leave(const std::optional<source>& from) noexcept;

    const std::size_t most_;
    const std::size_t most_per_source_;
    mutable std::mutex door_;
    std::size_t present_ = 0;
    std::map<source, std::size_t> present_from_;
};

}  // namespace toolrack::http
