#include "http/read_buffer.hpp"

#include <cassert>
#include <cstring>
#include <utility>

namespace toolrack::http {

std::span<const char> read_buffer::memory() const noexcept {
    if (borrowed_.empty()) return own_;
    return borrowed_;
}
std::span<char> read_buffer::memory() noexcept {
    if (borrowed_.empty()) return own_;
    return borrowed_;
}

std::string_view read_buffer::unread() const noexcept {
    return {memory().data() + begin_, end_ - begin_};
}

std::span<char> read_buffer::space() noexcept {
    const auto all = memory();
    if (begin_ > held_ && (begin_ == end_ || end_ == all.size())) {
        std::memmove(all.data() + held_, all.data() + begin_, end_ - begin_);
        end_ -= begin_ - held_;
        begin_ = held_;
    }
    return all.subspan(end_);
}

void read_buffer::grow(std::size_t to) {
    assert(held_ == 0);
    if (to <= memory().size()) return;
    auto larger = lender_.lend();
    if (larger.size() < to) larger.resize(to);
    const auto bytes = unread();
    std::memcpy(larger.data(), bytes.data(), bytes.size());
    end_ = bytes.size();
    begin_ = 0;
    lender_.give_back(std::exchange(borrowed_, std::move(larger)));
}

std::string_view read_buffer::hold(std::size_t bytes) noexcept {
    assert(bytes <= end_ - begin_);
    const std::string_view kept(memory().data() + begin_, bytes);
    begin_ += bytes;
    held_ = begin_;
    return kept;
}

void read_buffer::release() {
    held_ = 0;
    const auto bytes = unread();
    if (!borrowed_.empty() && bytes.size() <= own_.size()) {
        std::memcpy(own_.data(), bytes.data(), bytes.size());
        lender_.give_back(std::move(borrowed_));
        borrowed_.clear();
        end_ = bytes.size();
        begin_ = 0;
    }
    if (begin_ == end_) begin_ = end_ = 0;
}

}  // namespace toolrack::http
