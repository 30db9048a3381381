// What was refused, in the log: a few lines per second, and how many more there were.
//
// Anybody who reaches the port can cause refusals at will; the log must not be the victim. Belongs
// to one I/O thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "base/log.hpp"

namespace toolrack::http {

class refusal_log {
public:
    explicit refusal_log(log& to) : log_(to) {}

    void say(std::string_view peer, unsigned status, std::string_view sentence);
    void say_of_handshake(std::string_view peer, std::string_view why);

private:
    bool may_say_more();

    static constexpr std::size_t most_per_second = 10;

    log& log_;
    std::chrono::steady_clock::time_point second_;
    std::size_t said_ = 0;
    std::size_t unsaid_ = 0;
};

}  // namespace toolrack::http
