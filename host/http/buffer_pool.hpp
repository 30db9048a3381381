// Reusable memory of one I/O thread.
//
// Most connections are idle, so large buffers belong to the thread and are used by the busy connections only. Keeps a
// bounded number of released buffers.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/syntax/head.hpp"

namespace toolrack::http {

class buffer_pool {
public:
    // A string with the memory and the old content of a recycled one, if there is any. It is not cleared: filling it
    // with zeros would cost more than reading into it.
    std::string acquire() {
        if (strings_.empty()) return {};
        auto reused = std::move(strings_.back());
        strings_.pop_back();
        return reused;
    }

    void recycle(std::string used) {
        if (strings_.size() == max_kept || used.capacity() > max_kept_size) return;
        strings_.push_back(std::move(used));
    }

    std::unique_ptr<head> acquire_head() {
        if (heads_.empty()) return std::make_unique<head>();
        auto reused = std::move(heads_.back());
        heads_.pop_back();
        return reused;
    }
    void recycle(std::unique_ptr<head> used) {
        if (used && heads_.size() < max_kept) heads_.push_back(std::move(used));
    }

private:
    static constexpr std::size_t max_kept = 16;
    static constexpr std::size_t max_kept_size = 256 * 1024;

    std::vector<std::string> strings_;
    std::vector<std::unique_ptr<head>> heads_;
};

}  // namespace toolrack::http
