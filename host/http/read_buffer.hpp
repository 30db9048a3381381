// Received bytes that have not been consumed yet.
//
// Small requests fit into the connection's own memory. A larger one takes a buffer from the thread's pool until it has
// been answered. Held bytes (a head or a body that views point to) do not move before release(); bytes behind them may.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "http/buffer_pool.hpp"

namespace toolrack::http {

class read_buffer {
public:
    explicit read_buffer(buffer_pool& pool) : pool_(pool) {}
    ~read_buffer() { pool_.recycle(std::move(pooled_)); }
    read_buffer(const read_buffer&) = delete;
    read_buffer& operator=(const read_buffer&) = delete;

    std::string_view unread() const noexcept;
    bool is_empty() const noexcept { return begin_ == end_; }

    // Where the next bytes can be received; empty when the buffer is full. May move unread bytes.
    std::span<char> free_space() noexcept;
    // Adds bytes that were received into free_space().
    void commit(std::size_t bytes) noexcept { end_ += bytes; }

    // Whether that many unread bytes fit without more memory.
    bool has_room_for(std::size_t bytes) const noexcept { return bytes <= memory().size() - held_; }
    // Makes room for that many bytes in total. Only while nothing is held.
    void reserve(std::size_t bytes);

    // Consumes the next `bytes` bytes and keeps them in place until release().
    std::string_view hold(std::size_t bytes) noexcept;
    void consume(std::size_t bytes) noexcept { begin_ += bytes; }

    // Invalidates the views that hold() returned. Returns the pool's memory unless unread bytes still need it.
    void release();

private:
    std::span<const char> memory() const noexcept;
    std::span<char> memory() noexcept;

    buffer_pool& pool_;
    std::string pooled_;  // in use when it is not empty
    std::size_t held_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::array<char, 2048> own_;
};

}  // namespace toolrack::http
