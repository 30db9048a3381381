#include "http/read_buffer.hpp"

#include <cassert>
#include <cstring>
#include <utility>

namespace toolrack::http {

std::span<const char> read_buffer::memory() const noexcept {
    if (pooled_.empty()) return own_;
    return pooled_;
}
std::span<char> read_buffer::memory() noexcept {
    if (pooled_.empty()) return own_;
    return pooled_;
}

std::string_view read_buffer::unread() const noexcept { return {memory().data() + begin_, end_ - begin_}; }

std::span<char> read_buffer::free_space() noexcept {
    const auto all = memory();
    if (begin_ > held_ && (begin_ == end_ || end_ == all.size())) {
        std::memmove(all.data() + held_, all.data() + begin_, end_ - begin_);
        end_ -= begin_ - held_;
        begin_ = held_;
    }
    return all.subspan(end_);
}

void read_buffer::reserve(std::size_t bytes) {
    assert(held_ == 0);
    if (bytes <= memory().size()) return;
    auto larger = pool_.acquire();
    if (larger.size() < bytes) larger.resize(bytes);
    const auto moved = unread();
    std::memcpy(larger.data(), moved.data(), moved.size());
    end_ = moved.size();
    begin_ = 0;
    pool_.recycle(std::exchange(pooled_, std::move(larger)));
}

std::string_view read_buffer::hold(std::size_t bytes) noexcept {
    assert(bytes <= end_ - begin_);
    const std::string_view held(memory().data() + begin_, bytes);
    begin_ += bytes;
    held_ = begin_;
    return held;
}

void read_buffer::release() {
    held_ = 0;
    const auto bytes = unread();
    if (!pooled_.empty() && bytes.size() <= own_.size()) {
        std::memcpy(own_.data(), bytes.data(), bytes.size());
        pool_.recycle(std::move(pooled_));
        pooled_.clear();
        end_ = bytes.size();
        begin_ = 0;
    }
    if (begin_ == end_) begin_ = end_ = 0;
}

}  // namespace toolrack::http
