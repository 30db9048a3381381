// A call's place in its lane. One that is dropped before it began, because the lane is full or was closed,
// is answered here: nobody else would.
#pragma once

#include <cstdint>
#include <utility>

#include "plugin/call_table.hpp"

namespace toolrack::plugin {

template <typename Answer>
class place_in_lane {
public:
    place_in_lane(call_table<Answer>& table, std::uint64_t id, Answer when_dropped)
        : table_(table), id_(id), when_dropped_(std::move(when_dropped)) {}
    ~place_in_lane() {
        if (has_begun_) return;
        if (const auto dropped = table_.take(id_)) dropped->deliver(std::move(when_dropped_));
    }
    place_in_lane(const place_in_lane&) = delete;
    place_in_lane& operator=(const place_in_lane&) = delete;

    void begin() noexcept { has_begun_ = true; }

private:
    call_table<Answer>& table_;
    std::uint64_t id_;
    Answer when_dropped_;
    bool has_begun_ = false;
};

}  // namespace toolrack::plugin
