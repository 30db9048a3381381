// A call in the queue of a lane. If the lane drops it before it starts, because the lane is full or closed, the
// destructor answers it.
#pragma once

#include <cstdint>
#include <utility>

#include "plugin/call_table.hpp"

namespace toolrack::plugin {

template <typename Answer>
class queued_call {
public:
    queued_call(call_table<Answer>& table, std::uint64_t id, Answer when_dropped)
        : table_(table), id_(id), when_dropped_(std::move(when_dropped)) {}
    ~queued_call() {
        if (has_started_) return;
        if (const auto dropped = table_.take(id_)) dropped->deliver(std::move(when_dropped_));
    }
    queued_call(const queued_call&) = delete;
    queued_call& operator=(const queued_call&) = delete;

    void set_started() noexcept { has_started_ = true; }

private:
    call_table<Answer>& table_;
    std::uint64_t id_;
    Answer when_dropped_;
    bool has_started_ = false;
};

}  // namespace toolrack::plugin
