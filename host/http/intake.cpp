#include "http/intake.hpp"

#include <cassert>
#include <cstring>
#include <utility>

namespace toolrack::http {

std::span<const char> intake::memory() const noexcept {
    if (borrowed_.empty()) return own_;
    return borrowed_;
}
std::span<char> intake::memory() noexcept {
    if (borrowed_.empty()) return own_;
    return borrowed_;
}

std::string_view intake::unread() const noexcept {
    return {memory().data() + begin_, end_ - begin_};
}

std::span<char> intake::space() noexcept {
    const auto all = memory();
    if (begin_ > held_ && (begin_ == end_ || end_ == all.size())) {
        std::memmove(all.data() + held_, all.data() + begin_, end_ - begin_);
        end_ -= begin_ - held_;
        begin_ = held_;
    }
    return all.subspan(end_);
}

void intake::grow(std::size_t to) {
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

std::string_view intake::hold(std::size_t bytes) noexcept {
    assert(bytes <= end_ - begin_);
    const std::string_view kept(memory().data() + begin_, bytes);
    begin_ += bytes;
    held_ = begin_;
    return kept;
}

void intake::release() {
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
