// Memory that one I/O thread lends to whoever has bytes in hand just now.
//
// Ten thousand connections are idle at any time and a few are busy: what is big belongs to the
// thread and not to the connection. What comes back is kept for the next borrower, up to a bound.
// Belongs to one I/O thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/syntax/head.hpp"

namespace toolrack::http {

class buffers {
public:
    // A string with the memory of an earlier one, if there is any, and whatever that left in it:
    // filling with zeros what is written over at once would cost more than the reading.
    std::string lend() {
        if (spare_.empty()) return {};
        auto lent = std::move(spare_.back());
        spare_.pop_back();
        return lent;
    }

    void give_back(std::string used) {
        if (spare_.size() == most_kept || used.capacity() > largest_kept) return;
        spare_.push_back(std::move(used));
    }

    // The same for heads.
    std::unique_ptr<head> lend_head() {
        if (spare_heads_.empty()) return std::make_unique<head>();
        auto lent = std::move(spare_heads_.back());
        spare_heads_.pop_back();
        return lent;
    }
    void give_back(std::unique_ptr<head> used) {
        if (used && spare_heads_.size() < most_kept) spare_heads_.push_back(std::move(used));
    }

private:
    static constexpr std::size_t most_kept = 16;
    static constexpr std::size_t largest_kept = 256 * 1024;

    std::vector<std::string> spare_;
    std::vector<std::unique_ptr<head>> spare_heads_;
};

}  // namespace toolrack::http
