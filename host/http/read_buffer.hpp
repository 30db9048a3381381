// The bytes that came in and were not used up yet.
//
// Small requests fit into memory that every connection has; a bigger one borrows from the thread
// until it is answered. Bytes that are *held* (a head, a body: somebody has views into them) stay
// where they are until release(); what comes behind them may move.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "http/buffers.hpp"

namespace toolrack::http {

class read_buffer {
public:
    explicit read_buffer(buffers& lender) : lender_(lender) {}
    ~read_buffer() { lender_.give_back(std::move(borrowed_)); }
    read_buffer(const read_buffer&) = delete;
    read_buffer& operator=(const read_buffer&) = delete;

    std::string_view unread() const noexcept;
    bool is_empty() const noexcept { return begin_ == end_; }

    // Where the next bytes may be put, behind the unread ones; empty when there is no room. Moves
    // unread bytes, never held ones.
    std::span<char> space() noexcept;
    void received(std::size_t bytes) noexcept { end_ += bytes; }

    // Whether so many unread bytes would fit without borrowing more.
    bool has_room_for(std::size_t bytes) const noexcept { return bytes <= memory().size() - held_; }
    // Makes room for that many bytes in all. Only while nothing is held.
    void grow(std::size_t to);

    // The next `bytes` unread ones, to stay where they are until release().
    std::string_view hold(std::size_t bytes) noexcept;
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }

    // Nobody has views any more. Borrowed memory goes back unless unread bytes still need it.
    void release();

private:
    std::span<const char> memory() const noexcept;
    std::span<char> memory() noexcept;

    buffers& lender_;
    std::string borrowed_;  // in use when it is not empty
    std::size_t held_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::array<char, 2048> own_;
};

}  // namespace toolrack::http
